// The command: parses, loads the verb that was asked for and nothing else, and turns failures into sentences.
import { readOwnArguments } from '../kernel/own/own-arguments.ts';
import { escapeText } from '../render/words/escape.ts';
import { parseCommandLine } from './line/parse-command-line.ts';
import { prepareReading } from './line/prepare-reading.ts';
import { loadVerb } from './load-verb.ts';
import { writeNote } from './screen/output.ts';
import { findVerbName, verbs } from './table/verbs.ts';

/** Failures that a person can do something about; anything else is a bug and shows its stack. */
const expected = new Map<string, number>([
  ['NSCOPE_USAGE', 2],
  ['NSCOPE_NO_PROC', 2],
  ['NSCOPE_MALFORMED', 2],
  ['NSCOPE_EVENT_SOURCE', 2],
  ['NSCOPE_ADDON_MISSING', 2],
  ['NSCOPE_LAUNCH', 2],
  ['NSCOPE_NOT_FOUND', 1],
  ['NSCOPE_MOUNT', 2],
  ['NSCOPE_OUTPUT', 2],
]);

export async function main(argv: readonly string[]): Promise<number> {
  const usual = verbs.find(({ name }) => name === findVerbName(argv));
  try {
    const prepared = usual && prepareReading(usual, argv);
    const invocation = await parseCommandLine(argv);
    if (!invocation) return 0;
    const { run } = await loadVerb(invocation.verb);
    return await run(invocation.words, invocation.options, { ...invocation.given, prepared });
  } catch (error) {
    // By name and code: a verb's bundle has classes of its own.
    if (error instanceof Error && error.name === 'OutputClosedError') return 0;
    const status = error instanceof Error && 'code' in error ? expected.get(String(error.code)) : undefined;
    if (error instanceof Error && status !== undefined) {
      writeNote(`nscope: ${error.message.split('\n').map(escapeText).join('\n')}`);
      return usual?.answersByStatus ? 2 : status;
    }
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    writeNote(`nscope: this is a bug: ${told.split('\n').map(escapeText).join('\n')}`);
    return 2;
  }
}

void main(readOwnArguments()).then((status) => {
  process.exitCode = status;
});
