// Whether a command is nscope itself: then the process that was made for it need not become another nscope.
import { realpathSync } from 'node:fs';
import { readOwnProgram } from '../../kernel/own/own-program.ts';
import { listPrograms } from '../../launch/namespaces/find-program.ts';

/**
 * The words behind the program's name, where the program is this one. A second Node would take PIDs of a new pid
 * namespace for its threads, before the first command that is started there.
 */
export function readOwnWords(words: readonly string[]): readonly string[] | undefined {
  const program = readOwnProgram().map(resolve);
  const own = program.at(-1);
  const [first = '', second = ''] = words;
  const found = listPrograms(first, process.env['PATH'])
    .map(resolve)
    .find((file) => file !== undefined);
  if (own === undefined || found === undefined) return undefined;
  if (found === own) return words.slice(1);
  return found === program[0] && resolve(second) === own ? words.slice(2) : undefined;
}

/** The words that start this program: its name where a shell finds it by that, else its file with Node. */
export function listOwnCommand(): readonly string[] {
  return readOwnWords(['nscope']) ? ['nscope'] : readOwnProgram();
}

function resolve(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}
