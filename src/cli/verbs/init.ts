// nscope init: a PID 1, with a command or with a prompt.
import { becomePrompt } from '../../kernel/own/child-events.ts';
import { listInheritedDescriptors } from '../../kernel/own/inherited-descriptors.ts';
import { beInitOf } from '../../launch/start/init.ts';
import { finishAs } from '../command/finish.ts';
import { writeLines } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

export function run(words: readonly string[], options: OptionValues, given: GivenCommand): number {
  const inherited = listInheritedDescriptors();
  const command = [...words, ...(given.behind ?? [])];
  const verbose = options.verbose === true;
  if (command.length === 0) return becomePrompt(verbose);
  if (verbose) writeLines([`\tinit: my PID is ${process.pid}`]);
  return finishAs(() =>
    beInitOf(command, inherited, verbose, (pid) => {
      if (verbose) writeLines([`\tinit: created child ${pid}`]);
    }),
  );
}
