// What came and went, and when: the lines of the file of events, and the times of directories. Pure.
import { SnapshotIndex } from '../analysis/snapshot-index.ts';
import { isKnown } from '../model/known.ts';
import { formatNamespace } from '../model/namespace-types.ts';
import type { Namespace, Snapshot } from '../model/schema.ts';
import { escapeText } from '../render/escape.ts';
import { keyOfNamespace } from './tree.ts';

export interface Change {
  readonly kind: 'created' | 'ended';
  readonly namespace: Namespace;
  /** One line, without its end. */
  readonly line: string;
}

/** What differs between two states: first what ended, then what is new. */
export function compareStates(now: Snapshot, before: Snapshot, nowMs: number): Change[] {
  const old = new Map(before.namespaces.map((namespace) => [keyOfNamespace(namespace), namespace]));
  const created: Namespace[] = [];
  for (const namespace of now.namespaces) if (!old.delete(keyOfNamespace(namespace))) created.push(namespace);
  const time = new Date(nowMs).toISOString();
  const index = new SnapshotIndex(now);
  return [
    ...[...old.values()].map(
      (namespace): Change => ({ kind: 'ended', namespace, line: `${time} ended ${describe(namespace)}` }),
    ),
    ...created.map(
      (namespace): Change => ({
        kind: 'created',
        namespace,
        line: `${time} created ${describe(namespace)}${describeLeader(namespace, index)}`,
      }),
    ),
  ];
}

function describe({ type, inode, id }: Namespace): string {
  return `${formatNamespace(type, inode)}${isKnown(id) ? ` id=${id}` : ''}`;
}

function describeLeader({ processes: { leader }, ownerUid }: Namespace, index: SnapshotIndex): string {
  const uid = isKnown(ownerUid) ? ` uid=${ownerUid}` : '';
  const process = leader === null ? undefined : index.process(leader);
  return `${uid}${process ? ` pid=${process.pid} comm=${escapeText(process.comm)}` : ''}`;
}

/** When namespaces came, as far as this mount saw it. */
export class Chronicle {
  readonly #startedAtMs: number;
  readonly #births = new Map<string, number>();
  readonly #changes = new Map<string, number>();

  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
  }

  note(changes: readonly Change[], nowMs: number): void {
    for (const { kind, namespace } of changes) {
      this.#changes.set(namespace.type, nowMs);
      if (kind === 'created') this.#births.set(keyOfNamespace(namespace), nowMs);
      else this.#births.delete(keyOfNamespace(namespace));
    }
  }

  /** What is older than the mount has the age of the mount, unless something has held it open for longer. */
  birthOf(namespace: Namespace): number {
    const { openSince } = namespace;
    return openSince === undefined
      ? (this.#births.get(keyOfNamespace(namespace)) ?? this.#startedAtMs)
      : Date.parse(openSince);
  }

  /** When the last one of a type came or went. */
  changeOf(directory: string): number {
    return this.#changes.get(directory) ?? this.#startedAtMs;
  }
}
