// The shape of a failed system call, whether Node's or the addon's, and the names of errno values.
import { constants } from 'node:os';

/** An Error that a failed system call became: `code` is the errno's name, `syscall` the call as the man page spells it. */
export interface SyscallError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
}

/** Tells whether `error` came from a system call (Node's own and the addon's have the same properties). */
export function isSyscallError(error: unknown): error is SyscallError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;
}

/** Of the two names of 11 the usual one. */
const errnoNames = new Map(
  Object.entries(constants.errno).flatMap(([name, number]) =>
    name === 'EWOULDBLOCK' ? [] : [[number, name] as const],
  ),
);

/** The name of a positive errno value, as errno(3) has it: 13 → "EACCES"; "E<number>" where Node knows no name. */
export function nameErrno(errno: number): string {
  return errnoNames.get(errno) ?? `E${errno}`;
}

/** The errno's name of a failed system call. Rethrows what is no such failure, so that a bug is never taken for a refusal. */
export function readErrnoName(error: unknown): string {
  if (isSyscallError(error)) return error.code;
  throw error;
}
