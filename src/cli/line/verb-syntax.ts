// What the parser needs of the table of verbs. The bundled command has the values of this file as JSON, and not the table
// with its texts, which only help needs: scripts/bundle-command.js.
import { answersByOne } from '../help/exit-statuses.ts';
import type { Verb, VerbArgument, VerbOption } from '../options/verb.ts';
import { targetVerb, usualVerb, verbNames, verbs } from '../table/verbs.ts';

export type OptionSyntax = Omit<VerbOption, 'meaning' | 'completes'>;

export interface VerbSyntax extends Pick<Verb, 'name' | 'takesCommand' | 'reads' | 'noFrom'> {
  readonly arguments: readonly Omit<VerbArgument, 'meaning' | 'choices'>[];
  readonly options: readonly OptionSyntax[];
  /** Whether exit status 1 is an answer of the verb. */
  readonly answersByOne: boolean;
}

export const verbSyntax: readonly VerbSyntax[] = verbs.map((verb) => ({
  name: verb.name,
  arguments: verb.arguments.map(({ meaning, choices, ...rest }) => rest),
  options: verb.options.map(({ meaning, completes, ...rest }) => rest),
  answersByOne: answersByOne(verb),
  ...(verb.takesCommand === undefined ? {} : { takesCommand: verb.takesCommand }),
  ...(verb.reads === undefined ? {} : { reads: verb.reads }),
  ...(verb.noFrom === undefined ? {} : { noFrom: verb.noFrom }),
}));

export { targetVerb, usualVerb, verbNames };
