// What a watcher takes from the host that it watches. A test has a host of its own, with a script for what happens.
import { collectSnapshot } from '../../collect/collect.ts';
import { watchMounts } from '../../kernel/mounts/mount-changes.ts';
import { openSource } from '../events/open-source.ts';
import { type Clock, systemClock } from '../snapshots/clock.ts';
import { takeSnapshotAside } from '../snapshots/snapshot-aside.ts';

export interface WatchedHost {
  readonly clock: Clock;
  readonly openSource: typeof openSource;
  /** The first snapshot. */
  readonly collectSnapshot: typeof collectSnapshot;
  /** Every other one, while events go on. */
  readonly takeSnapshotAside: typeof takeSnapshotAside;
  readonly watchMounts: typeof watchMounts;
}

export const thisHost: WatchedHost = {
  clock: systemClock,
  openSource,
  collectSnapshot,
  takeSnapshotAside,
  watchMounts,
};
