// The words that start nscope once more: for a process that it starts, or for a person to call.
import { statSync } from 'node:fs';
import { isExecutable } from '../addon/package-root.ts';

/** The program's file with Node before it, or the one file that is both. */
export function readOwnProgram(): readonly string[] {
  return isExecutable() ? [process.execPath] : [process.execPath, process.argv[1] ?? ''];
}

/** The words that start what nscope runs on as an interpreter of JavaScript. */
export function readOwnRuntime(): readonly string[] {
  return isExecutable() ? ['env', 'BUN_BE_BUN=1', process.execPath] : [process.execPath];
}

/** The file that runs, by its path; by the kernel's link where that leads elsewhere by now, or nowhere. */
export function findOwnFile(): string {
  const link = '/proc/self/exe';
  try {
    const [here, own] = [statSync(process.execPath), statSync(link)];
    if (here.ino === own.ino && here.dev === own.dev) return process.execPath;
  } catch {
    // It is gone.
  }
  return link;
}
