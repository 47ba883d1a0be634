// The command: parses, loads the verb that was asked for and nothing else, and turns failures into sentences.
import { readOwnArguments } from '../kernel/own/own-arguments.ts';
import { escapeText } from '../render/words/escape.ts';
import { parseCommandLine } from './line/parse-command-line.ts';
import { prepareReading } from './line/prepare-reading.ts';
import { loadVerb } from './load-verb.ts';
import { writeNote } from './screen/output.ts';
import { findVerbName, verbs } from './table/verbs.ts';

export async function main(argv: readonly string[]): Promise<number> {
  const usual = verbs.find(({ name }) => name === findVerbName(argv));
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
      const message = escapeWords(error.message, argv);
      writeNote(`nscope: ${message.split('\n').map(escapeText).join('\n')}`);
      return error.exitStatus;
    }
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    writeNote(`nscope: this is a bug: ${told.split('\n').map(escapeText).join('\n')}`);
    return 2;
  }
}

/** Lines of a message are its own: no word of the command line begins another one. */
function escapeWords(message: string, argv: readonly string[]): string {
  const words = argv.flatMap((word) => [word, word.slice(word.indexOf('=') + 1)]).filter((word) => word.includes('\n'));
  return words.reduce((text, word) => text.replaceAll(word, () => escapeText(word)), message);
}

void main(readOwnArguments()).then((status) => {
  process.exitCode = status;
});
