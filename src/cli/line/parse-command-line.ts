// The command line, by commander, set up from the table of verbs.
import { Command, CommanderError, Option } from 'commander';
import { nscopeVersion } from '../../model/snapshot/version.ts';
import { writeLines } from '../screen/output.ts';
import { suggest, UsageError } from '../table/errors.ts';
import type { ColumnMeaning, Invocation, Verb } from '../table/verb.ts';
import { findVerbName, usualVerb, verbNames, verbs } from '../table/verbs.ts';

/**
 * What is to be done; undefined when help or the version was asked for and has been printed.
 * @throws UsageError for an unknown verb or option, a missing argument, or a word too many
 */
export async function parseCommandLine(argv: readonly string[]): Promise<Invocation | undefined> {
  const [first] = argv;
  if (first !== undefined && !first.startsWith('-') && first !== 'help') expectVerb(first);
  let invocation: Invocation | undefined;
  const { own, behind } = splitCommand(first === 'help' ? wordsOfHelp(argv[1]) : argv);
  const helps = asksForHelp(own);
  const columns = helps ? await loadColumns() : new Map();
  const program = buildProgram(
    helps ? verbs : verbs.filter(({ name }) => name === findVerbName(argv)),
    (found) => {
      invocation = { ...found, given: { ...found.given, behind } };
    },
    columns,
    behind !== undefined,
  );
  try {
    program.parse([...own], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new UsageError(error.message.replace(/^error: /, ''), { cause: error });
  }
  return invocation;
}

function expectVerb(name: string): void {
  if (!verbNames.includes(name)) throw new UsageError(`there is no verb "${name}"; ${suggest(name, verbNames)}`);
}

/** What `help` and the word behind it stand for; commander's own takes an option there, or a wrong verb, for a failure. */
function wordsOfHelp(word: string | undefined): readonly string[] {
  if (word === undefined || ['help', '-h', '--help'].includes(word)) return ['--help'];
  expectVerb(word);
  return [word, '--help'];
}

/** The words behind the first `--` of a verb that takes a command are not for commander. */
function splitCommand(argv: readonly string[]): {
  readonly own: readonly string[];
  readonly behind: readonly string[] | undefined;
} {
  const dashes = argv.indexOf('--');
  const takesCommand = verbs.some(({ name, takesCommand }) => takesCommand && name === argv[0]);
  if (!takesCommand || dashes < 0) return { own: argv, behind: undefined };
  return { own: argv.slice(0, dashes), behind: argv.slice(dashes + 1) };
}

type ColumnsOfVerbs = ReadonlyMap<Verb, readonly ColumnMeaning[]>;

/** Whether help may be printed: then the columns are loaded, which takes time that no other invocation should pay. */
function asksForHelp(argv: readonly string[]): boolean {
  return argv.some((word) => word === '--help' || word === '-h');
}

async function loadColumns(): Promise<ColumnsOfVerbs> {
  const columns = new Map<Verb, readonly ColumnMeaning[]>();
  for (const verb of verbs) if (verb.columns) columns.set(verb, await verb.columns());
  return columns;
}

/** Some verbs as commander commands. */
function buildProgram(
  some: readonly Verb[],
  found: (invocation: Invocation) => void,
  columns: ColumnsOfVerbs,
  hasDashes: boolean,
): Command {
  const program = new Command('nscope')
    .description('every Linux namespace on a host: who is in it, what holds it, whose it is, how it nests')
    .version(nscopeVersion, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [verb]', 'print help for a verb')
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({ writeOut: (text) => writeLines([text.replace(/\n$/, '')]), writeErr: () => {} })
    .showSuggestionAfterError(true);
  for (const verb of some) {
    const command = program.command(verb.name, { isDefault: verb.name === usualVerb }).summary(verb.summary);
    command.description(`${verb.summary}\n\n${verb.details.join('\n\n')}`.trim());
    for (const { name, meaning, optional, repeated } of verb.arguments) {
      const word = repeated ? `${name}...` : name;
      command.argument(optional ? `[${word}]` : `<${word}>`, meaning);
    }
    const repeated: Record<string, readonly string[]> = {};
    for (const option of verb.options) {
      const flags = toCommanderFlags(option.flags);
      if (option.repeated) command.addOption(collect(new Option(flags, option.meaning), repeated));
      else command.option(flags, option.meaning);
    }
    if (verb.takesCommand && !(hasDashes && verb.arguments.some(({ name }) => name !== 'COMMAND')))
      command.passThroughOptions();
    command.addHelpText('after', formatColumns(columns.get(verb) ?? []) + formatExamples(verb));
    command.allowExcessArguments(false);
    command.action(() =>
      found({ verb, words: command.args, options: command.opts(), given: { behind: undefined, repeated } }),
    );
  }
  return program;
}

/** Each value that is written for the option is kept. */
function collect(option: Option, repeated: Record<string, readonly string[]>): Option {
  const name = option.attributeName();
  return option.argParser((value: string) => {
    repeated[name] = [...(repeated[name] ?? []), value];
    return value;
  });
}

/** "--type TYPE,..." → "--type <TYPE,...>", "--tree[=KIND]" → "--tree [KIND]". */
function toCommanderFlags(flags: string): string {
  return flags.replace(/\[=(.+)\]$/, ' [$1]').replace(/(--[\w-]+) ([^[].*)$/, '$1 <$2>');
}

function formatColumns(columns: readonly ColumnMeaning[]): string {
  if (columns.length === 0) return '';
  const width = Math.max(...columns.map(({ name }) => name.length));
  return `\nColumns:\n${columns.map(({ name, meaning }) => `  ${name.padEnd(width)}  ${meaning}`).join('\n')}\n`;
}

function formatExamples(verb: Verb): string {
  const width = Math.max(...verb.examples.map(({ command }) => command.length));
  return `\nExamples:\n${verb.examples.map(({ command, meaning }) => `  ${command.padEnd(width)}  ${meaning}`).join('\n')}`;
}
