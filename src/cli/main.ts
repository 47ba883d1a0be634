// The command: parses, loads the verb that was asked for and nothing else, and turns failures into sentences.
import { readOwnArguments } from '../kernel/own/own-arguments.ts';
import { escapeText } from '../render/words/escape.ts';
import type { Failure } from './line/explain-failure.ts';
import { findVerbName } from './line/find-verb.ts';
import { parseCommandLine } from './line/parse-command-line.ts';
import { prepareReading } from './line/prepare-reading.ts';
import { verbNames, verbSyntax } from './line/verb-syntax.ts';
import { loadVerb } from './load-verb.ts';
import { writeNote } from './screen/output.ts';

export async function main(argv: readonly string[]): Promise<number> {
  const usual = verbSyntax.find(({ name }) => name === findVerbName(argv));
  try {
    const prepared = usual && prepareReading(usual, argv);
    const invocation = await parseCommandLine(argv);
    if (!invocation) return 0;
    const { run } = await loadVerb(invocation.verb);
    return await run(invocation.words, invocation.options, { ...invocation.given, prepared });
  } catch (error) {
    // By what they carry: a verb's bundle has classes of its own.
    if (error instanceof Error && error.name === 'OutputClosedError') return 0;
    // A person can do something about what has an exit status; anything else is a bug and shows its stack.
    if (error instanceof Error && 'exitStatus' in error && typeof error.exitStatus === 'number') {
      const { message, status } = await explain({ message: error.message, status: error.exitStatus, error }, argv);
      writeNote(`nscope: ${message}`);
      return status === 1 && usual?.answersByOne ? 2 : status;
    }
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    writeNote(`nscope: this is a bug: ${told.split('\n').map(escapeText).join('\n')}`);
    return 2;
  }
}

/** Without a descriptor nothing more can be loaded: then the message is said as it is. */
async function explain(failure: Failure, argv: readonly string[]): Promise<Pick<Failure, 'message' | 'status'>> {
  try {
    const { explainFailure } = await import('./line/explain-failure.ts');
    return explainFailure(failure, { argv, verbNames });
  } catch {
    return { message: escapeText(failure.message), status: failure.status };
  }
}

void main(readOwnArguments()).then((status) => {
  process.exitCode = status;
});
