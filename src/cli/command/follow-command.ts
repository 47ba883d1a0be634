// Follows what happens while a command runs: who descends from it, who makes namespaces and mounts, and what is there
// before and after.

import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { Descent } from '../../analysis/leaks/descent.ts';
import { findDescendants } from '../../analysis/leaks/family.ts';
import type { Family, HostState } from '../../analysis/leaks/find-left.ts';
import type { Making } from '../../analysis/leaks/left.ts';
import type { WatchOptions } from '../../live/events/watch-options.ts';
import { Watcher } from '../../live/watch/watcher.ts';
import type { EventSource } from '../../model/live/events.ts';
import type { Process, Snapshot } from '../../model/snapshot/schema.ts';
import { readState } from './host-state.ts';
import { MountWatch } from './mount-watch.ts';

/** By what the makers of things are known. */
export interface Following {
  readonly source: EventSource['name'] | 'none';
  /** What may have happened without having been seen, one sentence each. */
  readonly cannotSee: readonly string[];
  /** Why better sources of events are not in use. */
  readonly refused: readonly string[];
  /** Events that were lost. */
  readonly lost: number;
}

export class CommandFollower {
  readonly before: HostState;
  readonly #watcher: Watcher;
  readonly #descent: Descent;
  readonly #mounts: MountWatch;
  readonly #root: number;
  readonly #excluded = new Set<number>();

  /**
   * Looks at the host, and follows it from then on.
   * @throws EventSourceError, NoProcError
   */
  constructor(options: WatchOptions) {
    this.#watcher = new Watcher({ ...options, processes: true });
    const snapshot = this.#watcher.takeFirst();
    this.before = readState(snapshot);
    this.#root = snapshot.host.vantage.pid;
    this.#descent = new Descent(this.#root);
    this.#mounts = new MountWatch(this.before.mounts);
    this.#watcher.listen((event) => this.#descent.note(event));
    this.#watcher.onMountCall((process, at) => {
      const { whose, maker } = { whose: this.#descent.whoseIs(process), maker: this.#descent.describe(process) };
      this.#mounts.note({ whose, how: 'mount', at, maker });
    });
  }

  /** A child of nscope that is not the command's. */
  exclude(pid: number): void {
    this.#excluded.add(pid);
    this.#descent.exclude(pid);
  }

  /** What is there now, once all events up to now are told. */
  async look(): Promise<HostState> {
    const snapshot: Snapshot = await this.#watcher.readWhole();
    this.#watcher.catchUp();
    this.#mounts.look();
    return readState(snapshot);
  }

  /** How a process of the command began; undefined where no event told. */
  beginningOf(process: Process): Making | undefined {
    return this.#descent.beginningOf(process);
  }

  familyIn(index: SnapshotIndex): Omit<Family, 'beginningOf'> {
    const descent = this.#descent;
    return {
      processes: findDescendants(index, this.#root, this.#excluded, descent),
      makingOf: (namespace) => descent.makingOf(namespace),
      makingOfName: (path) => descent.makingOfName(path),
      mountCalls: this.#mounts,
    };
  }

  get following(): Following {
    const { name, cannotSee, refused } = this.#watcher.about;
    const unseenMaker = this.#watcher.tellsNamespaces
      ? []
      : ['who made a namespace, where no process of theirs is in it or holds it'];
    const unseenMounts = this.#watcher.tellsMounts ? [] : ['who mounted something'];
    return {
      source: name,
      cannotSee: [...cannotSee, ...unseenMaker, ...unseenMounts],
      refused,
      lost: this.#descent.lost,
    };
  }

  stop(): void {
    this.#mounts.stop();
    this.#watcher.stop();
  }
}
