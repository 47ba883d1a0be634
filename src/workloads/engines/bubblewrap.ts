// The programs in a sandbox that bwrap(1) or firejail(1) made. Both stay outside as the parent of what they started,
// and the first process inside is another bwrap or firejail with the same command line, or the program itself. What it
// is called stands in the command line of the one outside: those inside can call themselves what they like.
import type { Process } from '../../model/snapshot/schema.ts';
import { type Claim, type Engine, type FindProcess, listWords, readOption } from '../signs/engine.ts';

export const bubblewrap: Engine = {
  name: 'bubblewrap',
  isProgram: (name) => name === 'bwrap' || name === 'flatpak-bwrap',
  readMonitor: (process, words, find) => readMaker('bwrap', 'bubblewrap', process, words, find),
};

export const firejail: Engine = {
  name: 'firejail',
  isProgram: (name) => name === 'firejail',
  readMonitor: (process, words, find) => readMaker('firejail', 'firejail', process, words, find),
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
  const command = engine === 'firejail' ? words.slice(1).find((word) => !word.startsWith('-')) : findCommand(words);
  const given = engine === 'firejail' ? readOption(words, '--name') : undefined;
  const name = given ?? command?.split('/').at(-1);
  // One that does nothing but make another is called by its id.
  const isNamed = name !== undefined && name !== '' && name !== program;
  return { engine, kind: 'sandbox', id: String(process.pid), ...(isNamed ? { name } : {}) };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word, i) => word === other[i]);
}

const single =
  /^--(?:unshare-\w+(?:-try)?|share-net|disable-userns|assert-userns-disabled|die-with-parent|as-pid-1|new-session|clearenv)$/;
const withOne = new Set(
  'args argv0 userns userns2 pidns uid gid hostname chdir unsetenv lock-file sync-fd remount-ro overlay-src exec-label file-label proc dev tmpfs mqueue dir seccomp add-seccomp-fd block-fd userns-block-fd info-fd json-status-fd cap-add cap-drop perms size tmp-overlay ro-overlay'
    .split(' ')
    .map((name) => `--${name}`),
);
const withTwo = /^--(?:setenv|(?:dev-|ro-)?bind(?:-try)?|(?:ro-)?bind-fd|file|(?:ro-)?bind-data|symlink|chmod)$/;

/** The word after all options of bwrap(1); undefined where one is not known. */
function findCommand(words: readonly string[]): string | undefined {
  for (let at = 1; at < words.length; ) {
    const word = words[at] ?? '';
    if (word === '--') return words[at + 1];
    if (!word.startsWith('--')) return word;
    if (single.test(word)) at++;
    else if (withOne.has(word)) at += 2;
    else if (withTwo.test(word)) at += 3;
    else if (word === '--overlay') at += 4;
    else return undefined;
  }
  return undefined;
}
