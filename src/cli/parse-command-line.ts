// The command line, by commander, set up from the table of verbs.
import { Command, CommanderError } from 'commander';
import { nscopeVersion } from '../model/version.ts';
import { suggest, UsageError } from './errors.ts';
import { writeLines } from './output.ts';
import type { ColumnMeaning, OptionValues, Verb } from './verb.ts';
import { usualVerb, verbNames, verbs } from './verbs.ts';

/** What is to be done; undefined when help or the version was asked for and has been printed. */
export interface Invocation {
  readonly verb: Verb;
  readonly words: readonly string[];
  readonly options: OptionValues;
}

/** @throws UsageError for an unknown verb or option, a missing argument, or a word too many */
export async function parseCommandLine(argv: readonly string[]): Promise<Invocation | undefined> {
  const [first] = argv;
  if (first !== undefined && !first.startsWith('-') && ![...verbNames, 'help'].includes(first))
    throw new UsageError(`there is no verb "${first}"; ${suggest(first, verbNames)}`);
  let invocation: Invocation | undefined;
  const columns = asksForHelp(argv) ? await loadColumns() : new Map();
  const program = buildProgram((found) => {
    invocation = found;
  }, columns);
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new UsageError(error.message.replace(/^error: /, ''), { cause: error });
  }
  return invocation;
}

type ColumnsOfVerbs = ReadonlyMap<Verb, readonly ColumnMeaning[]>;

/** Whether help may be printed: then the columns are loaded, which takes time that no other invocation should pay. */
function asksForHelp(argv: readonly string[]): boolean {
  return argv[0] === 'help' || argv.some((word) => word === '--help' || word === '-h');
}

async function loadColumns(): Promise<ColumnsOfVerbs> {
  const columns = new Map<Verb, readonly ColumnMeaning[]>();
  for (const verb of verbs) if (verb.columns) columns.set(verb, await verb.columns());
  return columns;
}

/** All verbs as commander commands. */
function buildProgram(found: (invocation: Invocation) => void, columns: ColumnsOfVerbs): Command {
  const program = new Command('nscope')
    .description('every Linux namespace on a host: who is in it, what holds it, whose it is, how it nests')
    .version(nscopeVersion, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [verb]', 'print help for a verb')
    .exitOverride()
    .configureOutput({ writeOut: (text) => writeLines([text.replace(/\n$/, '')]), writeErr: () => {} })
    .showSuggestionAfterError(true);
  for (const verb of verbs) {
    const command = program.command(verb.name, { isDefault: verb.name === usualVerb }).summary(verb.summary);
    command.description(`${verb.summary}\n\n${verb.details.join('\n\n')}`.trim());
    for (const { name, meaning, optional, repeated } of verb.arguments) {
      const word = repeated ? `${name}...` : name;
      command.argument(optional ? `[${word}]` : `<${word}>`, meaning);
    }
    for (const { flags, meaning } of verb.options) command.option(toCommanderFlags(flags), meaning);
    command.addHelpText('after', formatColumns(columns.get(verb) ?? []) + formatExamples(verb));
    command.allowExcessArguments(false);
    command.action(() => found({ verb, words: command.args, options: command.opts() }));
  }
  return program;
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
