// In what does a whole snapshot differ from the one before it? Nobody who has that one needs more.
import { formatNamespace } from '../snapshot/namespace-types.ts';
import type { Namespace, Process, Snapshot } from '../snapshot/schema.ts';

/** All of a snapshot but its long lists. */
export type SnapshotRest = Omit<Snapshot, 'namespaces' | 'processes'>;

/** Namespaces and processes that are new or of which another thing is said, and those that are no more. */
export interface SnapshotChange {
  /** Whether there was none before it: what is not in it is not there. */
  readonly isFirst: boolean;
  readonly rest: SnapshotRest;
  readonly namespaces: readonly Namespace[];
  readonly processes: readonly Process[];
  /** Display forms. */
  readonly goneNamespaces: readonly string[];
  /** Thread ids. */
  readonly goneTasks: readonly number[];
}

/** What the snapshots so far have said of each thing, as no more than a sign of it. */
export class SnapshotMemory {
  readonly #sign: (text: string) => string;
  #namespaces = new Map<string, string>();
  #processes = new Map<number, string>();
  #isFirst = true;

  /** @param sign - something short that is another for another text */
  constructor(sign: (text: string) => string) {
    this.#sign = sign;
  }

  compare({ namespaces, processes, ...rest }: Snapshot): SnapshotChange {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const [oldNamespaces, oldProcesses] = [this.#namespaces, this.#processes];
    this.#namespaces = new Map();
    this.#processes = new Map();
    return {
      isFirst,
      rest,
      namespaces: namespaces.filter((one) =>
        this.#isChanged(formatNamespace(one.type, one.inode), one, oldNamespaces, this.#namespaces),
      ),
      processes: processes.filter((one) => this.#isChanged(one.tid, one, oldProcesses, this.#processes)),
      goneNamespaces: [...oldNamespaces.keys()],
      goneTasks: [...oldProcesses.keys()],
    };
  }

  /** What is left of the old ones in the end is gone. */
  #isChanged<K>(key: K, one: Namespace | Process, old: Map<K, string>, now: Map<K, string>): boolean {
    const sign = this.#sign(JSON.stringify(one));
    const before = old.get(key);
    old.delete(key);
    now.set(key, sign);
    return before !== sign;
  }
}

/** A snapshot as the change that it is to somebody who has none. */
export function wholeAsChange({ namespaces, processes, ...rest }: Snapshot): SnapshotChange {
  return { isFirst: true, rest, namespaces, processes, goneNamespaces: [], goneTasks: [] };
}
