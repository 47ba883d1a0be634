// What the init of a pid namespace makes of signals and of /proc: read when it is shown, and part of no snapshot.
import type { Known } from '../snapshot/known.ts';

/** Numbers of signals, as /proc/PID/status has them. */
export interface SignalDispositions {
  /** It has a handler. */
  readonly handled: readonly number[];
  /** Kept for it until it takes them, as with signalfd(2), or lets them through. */
  readonly blocked: readonly number[];
  readonly ignored: readonly number[];
}

export interface PidNamespaceInit {
  readonly pid: number;
  readonly signals: Known<SignalDispositions>;
  /** The inode of the pid namespace that the file system on its /proc shows. */
  readonly procShows: Known<number>;
}
