// The processes that the sandbox of Chromium, and of programs built on it, holds. They are called with --type=, and are
// in other namespaces than the browser that they descend from: chromium docs/linux/sandboxing.md.
import { isKnown } from '../../model/snapshot/known.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import { type Engine, type FindProcess, listWords } from '../signs/engine.ts';

const isolating = ['user', 'pid', 'net'] as const;

export const chromium: Engine = {
  name: 'chromium',
  // What the browser is called, and it calls itself so.
  isProgram: (name, words) => name === readProgram(words)?.split('/').at(-1),
  readMember(process, words, find) {
    const program = readProgram(words);
    if (!hasRole(words) || program === undefined) return undefined;
    const browser = findBrowser(process, program, find);
    if (!browser || !isElsewhere(process, browser)) return undefined;
    return {
      engine: 'chromium',
      kind: 'sandbox',
      id: String(browser.pid),
      name: program.slice(program.lastIndexOf('/') + 1),
      // Programs of root's start those of others, who then may call themselves as these.
      ...(browser.uid === process.uid ? { by: browser } : {}),
    };
  },
};

/** Its children write their titles anew, with blanks between the words. */
function readProgram(words: readonly string[]): string | undefined {
  return words[0]?.split(' ')[0];
}

function hasRole(words: readonly string[]): boolean {
  return words.some((word) => /(?:^| )--type=[a-z]/.test(word));
}

function findBrowser(process: Process, program: string, find: FindProcess): Process | undefined {
  let at = find(process.ppid);
  for (let steps = 0; at && steps < 16; steps++, at = find(at.ppid)) {
    const words = listWords(at);
    if (readProgram(words) !== program) return undefined;
    if (!hasRole(words)) return at;
  }
  return undefined;
}

/** Where the links are refused the PIDs tell: NSpid of proc_pid_status(5). */
function isElsewhere(process: Process, browser: Process): boolean {
  if (process.pids.length > browser.pids.length) return true;
  return isolating.some((type) => {
    const [inside, outside] = [process.namespaces[type], browser.namespaces[type]];
    return isKnown(inside) && isKnown(outside) && inside !== outside;
  });
}
