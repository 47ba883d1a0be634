// nscope enter: runs a command in namespaces that are there already.
import { listInheritedDescriptors } from '../../kernel/own/inherited-descriptors.ts';
import { credentialKinds, sides } from '../../launch/plan/enter-request.ts';
import { enter } from '../../launch/start/enter.ts';
import { findEntrances } from '../command/find-entrances.ts';
import { finishAs } from '../command/finish.ts';
import { planCommand, usualShell } from '../command/read-command.ts';
import { readTypes } from '../reading/read-types.ts';
import { suggest, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

export async function run(words: readonly string[], options: OptionValues, given: GivenCommand): Promise<number> {
  const inherited = listInheritedDescriptors();
  const files = given.repeated['namespace'] ?? [];
  if (words.length === 0 && files.length === 0)
    throw new UsageError('enter: missing argument TARGET, as in: nscope enter 812 sh');
  const command = given.behind ?? [];
  const request = readOptions(options, files.length > 0);
  const { entrances, process, userMember } = await findEntrances(words, files, readTypes(options), {
    bpf: options.bpf,
  });
  const named = command.length > 0 ? command : usualShell();
  const steps = request.env === 'target' ? undefined : await planCommand(named, inherited);
  return finishAs(() => enter({ ...request, entrances, userMember, inherited, process }, named, steps));
}

function readOptions(options: OptionValues, hasFiles: boolean) {
  return {
    root: readChoice('root', options.root, sides),
    cwd: readChoice('cwd', options.cwd, sides),
    env: readChoice('env', options.env, sides),
    credentials: readChoice('credentials', options.credentials, credentialKinds),
    fork: !hasFiles || options.fork === true,
  };
}

function readChoice<C extends string>(name: string, word: string | undefined, choices: readonly C[]): C | undefined {
  if (word === undefined) return undefined;
  const found = choices.find((choice) => choice === word);
  if (found !== undefined) return found;
  throw new UsageError(`--${name} cannot be "${word}"; ${suggest(word, choices)}`);
}
