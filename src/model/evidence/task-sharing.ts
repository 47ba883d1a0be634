// What a task shares with others that setns(2) demands to be its own. Read of one process when it is asked about.
import type { Known } from '../snapshot/known.ts';

/** A task with which something is shared, or null where it is shared with none. */
export type SharedWith = Known<number | null>;

export interface TaskSharing {
  /** Of its process, itself among them. */
  readonly threads: Known<number>;
  /** Root and working directory: clone(2) CLONE_FS. */
  readonly fs: SharedWith;
  /** Memory: clone(2) CLONE_VM. */
  readonly memory: SharedWith;
  /** How many tasks could not be compared, for lack of the right to trace them. */
  readonly refused: number;
}
