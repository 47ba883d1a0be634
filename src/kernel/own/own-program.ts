// The words that start nscope once more: for a process that it starts, or for a person to call.
import { isExecutable } from '../addon/package-root.ts';

/** The program's file with Node before it, or the one file that is both. */
export function readOwnProgram(): readonly string[] {
  return isExecutable() ? [process.execPath] : [process.execPath, process.argv[1] ?? ''];
}

/** The words that start what nscope runs on as an interpreter of JavaScript. */
export function readOwnRuntime(): readonly string[] {
  return isExecutable() ? ['env', 'BUN_BE_BUN=1', process.execPath] : [process.execPath];
}
