// What nscope itself refuses to read, in the shape of a failed system call.
import type { Unknown } from '../../model/snapshot/known.ts';

/** Raised where a path leads to what is not to be opened, or who serves the file system does not answer. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
  /** The same as a value. */
  readonly unknown: Unknown;

  constructor(code: string, syscall: string, detail: string) {
    super(`${syscall}: ${code} (${detail})`);
    this.code = code;
    this.errno = 0;
    this.syscall = syscall;
    this.unknown = Object.freeze({ unknown: 'unsupported', errno: code, detail });
  }
}
