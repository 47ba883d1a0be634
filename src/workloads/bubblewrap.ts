// Which programs run in a sandbox that bwrap(1) or firejail(1) made? Both stay outside as the parent of what they started,
// and the first process inside is another bwrap or firejail with the same command line, or the program itself.
import type { Process } from '../model/schema.ts';
import { type Claim, type Engine, type FindProcess, listWords, readOption } from './engine.ts';

export const bubblewrap: Engine = {
  name: 'bubblewrap',
  readMonitor: (process, words, find) => readMaker('bwrap', 'bubblewrap', process, words, find),
  learn: nameByProgram,
};

export const firejail: Engine = {
  name: 'firejail',
  readMonitor: (process, words, find) => readMaker('firejail', 'firejail', process, words, find),
  learn: nameByProgram,
};

function readMaker(
  program: string,
  engine: 'bubblewrap' | 'firejail',
  process: Process,
  words: readonly string[],
  find: FindProcess,
): Claim | undefined {
  if (process.comm !== program || words.length === 0) return undefined;
  const parent = find(process.ppid);
  // The copy of it inside was forked, not executed: it has the words of the one outside.
  if (parent?.comm === program && isSame(listWords(parent), words)) return undefined;
  const name = engine === 'firejail' ? readOption(words, '--name') : undefined;
  return { engine, kind: 'sandbox', id: String(process.pid), ...(name === undefined ? {} : { name }) };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word, i) => word === other[i]);
}

/** It is called as the first program inside. */
function nameByProgram(drafts: Parameters<NonNullable<Engine['learn']>>[0]): void {
  for (const draft of drafts)
    draft.name ??= draft.members.find(({ comm }) => comm !== 'bwrap' && comm !== 'firejail')?.comm;
}
