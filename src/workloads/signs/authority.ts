// Whose word a sign is. What an ordinary user can write (names of processes, command lines, control groups of their
// own) is their word about their own processes, and no more.
import type { Process } from '../../model/snapshot/schema.ts';

/** Who stands behind what is said of a workload. */
export interface Authority {
  /** Nobody but root, or nscope's own user, can have brought it about. */
  readonly trusted: boolean;
  /** Whose word it is where it is not trusted; undefined where that is not known. */
  readonly uid?: number;
}

export const trusted: Authority = Object.freeze({ trusted: true });
export const unknownAuthority: Authority = Object.freeze({ trusted: false });

/** Whether a program may run workloads of an engine: by the name of its file, and the words it was started with. */
export type IsProgram = (name: string, words: readonly string[]) => boolean;

/** Answers whose word signs are: of this host, or of one that a test makes up. */
export interface Witness {
  /** Whose word the command line of a process is, if its program is the right one. */
  ofProcess(process: Process, isProgram: IsProgram): Authority;
  /**
   * Whose word the name of a control group is, and that a process is in it.
   * @param depth - how many parts of the path belong to the name; what lies below says nothing
   */
  ofCgroup(path: string, depth: number): Authority;
  /** Whether a process can be one of this user's: whoever is not can be in no workload of his. */
  isOfUser(process: Process, uid: number): boolean;
}
