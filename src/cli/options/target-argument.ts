// The argument TARGET, the same for every verb that takes one.
import type { VerbArgument } from './verb.ts';

/** The argument of verbs that speak of one thing. */
export const targetArgument = {
  name: 'TARGET',
  meaning: 'a PID, net:NAME, net:[INODE], docker:NAME, a path, …; nscope help target lists every form',
} as const satisfies VerbArgument;
