// The way of every reading verb, from its words to its exit status: parse, answer, report.
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand, VerbModule } from '../table/verb-module.ts';

export interface ReadingVerb<Request, Answer> {
  /** What is asked for. Nothing was read yet: wrong words, columns, filters are told before. @throws UsageError */
  parse(words: readonly string[], options: OptionValues): Request | Promise<Request>;
  /** Reads this host, or a file, and concludes; nothing goes to standard output. @throws NotFoundError and the like */
  answer(request: Request, given: GivenCommand): Answer | Promise<Answer>;
  /** Writes the answer. @returns the exit status */
  report(answer: Answer, request: Request): number;
}

/** @returns the program of the verb */
export function readingVerb<Request, Answer>(verb: ReadingVerb<Request, Answer>): VerbModule['run'] {
  return async (words, options, given) => {
    const request = await verb.parse(words, options);
    return verb.report(await verb.answer(request, given), request);
  };
}
