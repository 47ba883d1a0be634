// nscope why: why can a namespace not be made or entered here, and what is a command refused?
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { readTypes } from '../reading/read-types.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

export async function run(words: readonly string[], options: OptionValues, given: GivenCommand): Promise<number> {
  const command = words.length === 0 ? (given.behind ?? []) : given.behind ? [...words, '--', ...given.behind] : words;
  if (words.length === 0 && given.behind?.length === 0) throw new UsageError('why: no command stands after --');
  const types = readTypes(options);
  if (options.enter !== undefined && command.length > 0)
    throw new UsageError('--enter tries to enter a namespace, and a COMMAND is observed: give one of the two');
  if (options.enter !== undefined) {
    const { whyEnter } = await import('../refusals/why-enter.ts');
    return whyEnter(options.enter, types, options);
  }
  if (command.length > 0) {
    if (types.length > 0) throw new UsageError('--type is about trials, and a COMMAND is observed as it is');
    const { whyCommand } = await import('../refusals/why-command.ts');
    return whyCommand(command, options);
  }
  const { whyMake } = await import('../refusals/why-make.ts');
  return whyMake(types.length === 0 ? namespaceTypes : namespaceTypes.filter((type) => types.includes(type)), options);
}
