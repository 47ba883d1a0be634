// nscope init: a PID 1, with a command or with a prompt.
import { becomePrompt } from '../kernel/child-events.ts';
import { listInheritedDescriptors } from '../kernel/inherited-descriptors.ts';
import { beInitOf } from '../launch/init.ts';
import { finishAs } from './finish.ts';
import { writeLines } from './output.ts';
import type { GivenCommand, OptionValues } from './verb.ts';

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
