// A group of the ns control group hierarchy of Linux 2.6.24 to 2.6.39.

export interface NsCgroup {
  /** From the root of the hierarchy: "/", "/2741", "/2741/2790". */
  readonly path: string;
  /** Thread IDs: the file tasks. */
  readonly tasks: readonly number[];
}
