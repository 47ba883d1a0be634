// The last steps: from a process that is where it should be to a program.
import { readTextFile } from '../../kernel/files/files.ts';
import type { SpawnStep } from '../../kernel/own/spawn.ts';
import { findPidInProc } from '../../kernel/process/pid-in-proc.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { listPrograms } from '../namespaces/find-program.ts';

/**
 * @param words - the program and its arguments
 * @param inherited - descriptors above 2 that it gets
 * @param environment - `NAME=value`; null for nscope's own
 */
export function planProgram(
  words: readonly string[],
  inherited: readonly number[],
  environment: readonly string[] | null = null,
): SpawnStep[] {
  const path = environment
    ? environment.find((line) => line.startsWith('PATH='))?.slice('PATH='.length)
    : process.env['PATH'];
  const limit = readSoftLimit();
  return [
    ...(limit === undefined ? [] : [['nofile', limit] as const]),
    ...(inherited.length > 0 ? [['keep', inherited] as const] : []),
    ['exec', listPrograms(words[0] ?? '', path), words, environment],
  ];
}

/** UMOUNT_NOFOLLOW of umount2(2). */
const noFollow = 8;

/** Unmounts what lies topmost at a path. */
export function planUnmounting(path: string): SpawnStep[] {
  return [['umount', path, noFollow]];
}

/** Node raises its own soft limit of open files, which programs do not expect: that of nscope's parent is given to them. */
function readSoftLimit(): number | undefined {
  const parent = findPidInProc(process.ppid);
  const text = parent === undefined ? undefined : readTextFile(`/proc/${parent}/limits`);
  const soft = text !== undefined && isKnown(text) ? /^Max open files\s+(\d+)/m.exec(text)?.[1] : undefined;
  return soft === undefined ? undefined : Number(soft);
}
