// The command of run, enter and init: its words, and the steps that end in it.
import type { SpawnStep } from '../../kernel/own/spawn.ts';
import { planProgram, planUnmounting } from '../../launch/plan/program-steps.ts';
import { readOwnWords } from '../line/own-program.ts';
import { parseCommandLine } from '../line/parse-command-line.ts';
import { UsageError } from '../table/errors.ts';

/** Where no command is given: the user's shell. */
export function usualShell(): readonly string[] {
  return [process.env['SHELL'] || '/bin/sh'];
}

/** The steps that become the command. `nscope init`, `orphan` and `unmount` are carried out by the process as it is. */
export async function planCommand(words: readonly string[], inherited: readonly number[]): Promise<SpawnStep[]> {
  return (await planOwn(words)) ?? planProgram(words, inherited);
}

async function planOwn(words: readonly string[]): Promise<SpawnStep[] | undefined> {
  const own = readOwnWords(words);
  if (own?.[0] !== 'init' && own?.[0] !== 'orphan' && own?.[0] !== 'unmount') return undefined;
  const invocation = await parse(own);
  if (invocation?.verb.name === 'orphan') return [['orphan']];
  if (invocation?.verb.name === 'unmount') return planUnmounting(invocation.words[0] ?? '');
  const command = [...(invocation?.words ?? []), ...(invocation?.given.behind ?? [])];
  if (invocation?.verb.name !== 'init' || command.length > 0) return undefined;
  return [['prompt', invocation.options.verbose ? 1 : 0, null]];
}

/** Wrong words are for the nscope inside to complain about. */
async function parse(words: readonly string[]) {
  try {
    return words.includes('--help') || words.includes('-h') ? undefined : await parseCommandLine(words);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
