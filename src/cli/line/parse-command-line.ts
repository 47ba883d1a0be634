// The command line: the words of node:util's parseArgs, understood by the table of verbs.
import { parseArgs } from 'node:util';
import { nscopeVersion } from '../../model/snapshot/version.ts';
import { type OptionFlags, parseOptionFlags } from '../options/option-flags.ts';
import { writeLines } from '../screen/output.ts';
import { findSimilar, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { Invocation } from '../table/verb-module.ts';
import { findVerbName, isVerb } from './find-verb.ts';
import { type OptionSyntax, type VerbSyntax, verbNames, verbSyntax } from './verb-syntax.ts';

/**
 * What is to be done; undefined when help or the version was asked for and has been printed.
 * @throws UsageError for an unknown verb or option, a missing argument, or a word too many
 */
export async function parseCommandLine(argv: readonly string[]): Promise<Invocation | undefined> {
  const [first = ''] = argv;
  if (first === 'help') {
    const [, word] = argv;
    await help(word === undefined || ['help', '-h', '--help'].includes(word) ? [] : argv.slice(1));
    return undefined;
  }
  if (!first.startsWith('-') && argv.length > 0 && !isVerb(first))
    (await import('./explain-failure.ts')).checkFirstWord({ argv, verbNames });
  const verb = findVerb(findVerbName(argv));
  const hasVerb = first === verb.name;
  const isAlone = first === '' || first.startsWith('-');
  const line = isAlone ? readLineAlone(verb, argv) : readLine(verb, hasVerb ? argv.slice(1) : argv, !hasVerb);
  if (line === 'help') await help(hasVerb ? [verb.name] : []);
  if (line === 'version') writeLines([nscopeVersion]);
  return typeof line === 'string' ? undefined : line;
}

async function help(words: readonly string[]): Promise<void> {
  const { printHelp } = await import('./print-help.ts');
  await printHelp(words);
}

function findVerb(name: string): VerbSyntax {
  const verb = verbSyntax.find((one) => one.name === name);
  if (!verb) throw new Error(`the verb ${name} is not in the table`);
  return verb;
}

/** @throws UsageError that names the verb, where the words are meant for ls */
function readLineAlone(verb: VerbSyntax, argv: readonly string[]): ReturnType<typeof readLine> {
  try {
    return readLine(verb, argv, true);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    // A TARGET after an option is meant to be shown, as one without is.
    const meant = ['show', 'ls'].find((name) => canRead(findVerb(name), argv));
    if (meant === undefined) throw error;
    const words = argv.join(' ');
    const message = `nscope alone does not take these words, and ${meant} does: nscope ${meant} ${words}`;
    throw new UsageError(message, { cause: error });
  }
}

function canRead(verb: VerbSyntax, argv: readonly string[]): boolean {
  try {
    readLine(verb, argv, false);
    return true;
  } catch {
    return false;
  }
}

/** An option of a verb, and what the command line calls it. */
interface KnownOption extends OptionFlags {
  readonly option: OptionSyntax;
  /** "no-bpf" */
  readonly name: string;
  /** By which its value is found: "bpf". */
  readonly key: string;
  /** Whether it begins with `no-`: its value is then true where it is not given. */
  readonly isNegated: boolean;
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];

function readLine(verb: VerbSyntax, argv: readonly string[], isWithoutVerb: boolean): Invocation | 'help' | 'version' {
  const known = verb.options.map((option): KnownOption => {
    const flags = parseOptionFlags(option.flags);
    const name = flags.long.slice(2);
    return { ...flags, option, name, key: toCamelCase(name.replace(/^no-/, '')), isNegated: name.startsWith('no-') };
  });
  const tokens = split(argv, known);
  const { own, words, behind } = divide(verb, argv, tokens);
  const options: Record<string, string | boolean> = {};
  const repeated: Record<string, readonly string[]> = {};
  for (const { key, isNegated } of known) if (isNegated) options[key] = true;
  const names = ['help', ...(isWithoutVerb ? ['version'] : []), ...known.map(({ name }) => name)];
  for (const token of own) {
    if (token.kind !== 'option') continue;
    if (token.name === 'help' || (token.name === 'version' && isWithoutVerb)) {
      if (token.inlineValue) refuseValue(token.rawName, token.value);
      return token.name;
    }
    const one = known.find(({ name }) => name === token.name) ?? refuseOption(nameOf(token, argv), names, verb);
    const value = readValue(one, token, words);
    const before = options[one.key];
    // Of an option that takes a list, -t net -t mnt is -t net,mnt.
    const isMore = one.several && typeof before === 'string';
    options[one.key] = one.isNegated ? false : isMore ? `${before},${value}` : value;
    if (one.option.repeated && typeof value === 'string') repeated[one.key] = [...(repeated[one.key] ?? []), value];
  }
  const given = words.map(({ value }) => value);
  checkWords(verb, given);
  // Each has the name and the kind of value that the flags in the table say, which the type is made of.
  return { verb, words: given, options: options as OptionValues, given: { behind, repeated } };
}

/** No error is made here: what is wrong is told below, with what was meant. */
function split(argv: readonly string[], known: readonly KnownOption[]): readonly Token[] {
  // A verb alone is the most common line, and parseArgs takes a millisecond to load.
  if (argv.length === 0) return [];
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'V' },
  };
  for (const { name, short, value, optional } of known)
    options[name] = {
      type: value === undefined || optional ? 'boolean' : 'string',
      ...(short === undefined ? {} : { short: short.slice(1) }),
    };
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

interface Word {
  readonly index: number;
  readonly value: string;
}

/**
 * A verb's own words, and those of the command that it takes. `behind` is undefined where there is no `--` and no TARGET
 * comes before the command.
 */
function divide(verb: VerbSyntax, argv: readonly string[], tokens: readonly Token[]) {
  const words = tokens.flatMap((token): Word[] => (token.kind === 'positional' ? [token] : []));
  if (!verb.takesCommand) return { own: tokens, words, behind: undefined };
  const end = tokens.find(({ kind }) => kind === 'option-terminator')?.index ?? argv.length;
  const before = words.filter(({ index }) => index < end);
  if (verb.takesCommand === 'after TARGET') {
    const begin = findCommand(verb, tokens, before, end < argv.length) ?? end;
    return {
      own: tokens.filter(({ index }) => index < begin),
      words: before.filter(({ index }) => index < begin),
      behind: argv.slice(begin === end ? end + 1 : begin),
    };
  }
  const begin = before[0]?.index ?? end;
  const own = tokens.filter(({ index }) => index < begin);
  if (begin === end) return { own, words: [], behind: end < argv.length ? argv.slice(end + 1) : undefined };
  const rest = argv.slice(begin).map((value, i): Word => ({ index: begin + i, value }));
  const dashes = rest.findIndex(({ value }) => value === '--');
  if (dashes < 0) return { own, words: rest, behind: undefined };
  return { own, words: rest.slice(0, dashes), behind: rest.slice(dashes + 1).map(({ value }) => value) };
}

/**
 * Where the command begins that follows a TARGET without `--`: at the second word, or at the first with an option that
 * stands for the TARGET. Words before a `--` are TARGETs, as long as each after the first can be nothing else.
 */
function findCommand(
  verb: VerbSyntax,
  tokens: readonly Token[],
  words: readonly Word[],
  hasDashes: boolean,
): number | undefined {
  const instead = verb.options.filter(({ insteadOfTarget }) => insteadOfTarget).map(({ flags }) => flags);
  const [first = { index: tokens.length, value: '' }] = words;
  const isGiven = tokens.some(
    (token) =>
      token.kind === 'option' &&
      token.index < first.index &&
      instead.some((flags) => flags.includes(`--${token.name} `)),
  );
  const commands = isGiven ? words : words.slice(1);
  return commands.find(({ value }) => !hasDashes || !canOnlyBeTarget(value))?.index;
}

/** TYPE:NAME, ENGINE:NAME, a path, a number, `self`: all but a bare name. */
function canOnlyBeTarget(word: string): boolean {
  return /[:/]|^\d+$|^self$/.test(word);
}

/** Of an option whose value may be left out the next word is the value where it is one of its choices. */
function readValue(
  { option, long, value: wanted, optional }: KnownOption,
  { value, index, inlineValue }: Extract<Token, { kind: 'option' }>,
  words: Word[],
): string | true {
  if (wanted === undefined) {
    if (inlineValue) refuseValue(long, value);
    return true;
  }
  if (optional && value === undefined) {
    const at = words.findIndex((word) => word.index === index + 1);
    const next = words[at]?.value;
    if (next === undefined || !option.choices?.includes(next)) return true;
    words.splice(at, 1);
    return next;
  }
  if (value === undefined) throw new UsageError(`${option.flags}: the value is missing`);
  return value;
}

function refuseValue(option: string, value: string): never {
  throw new UsageError(`${option} takes no value, and ${JSON.stringify(value)} was given`);
}

/** As it was written: parseArgs takes a group of short options apart into halves of characters. */
function nameOf({ rawName, index }: Extract<Token, { kind: 'option' }>, argv: readonly string[]): string {
  const word = argv[index] ?? '';
  if (rawName.startsWith('--')) return rawName;
  return `-${[...word].find((character) => character.startsWith(rawName.slice(1))) ?? rawName.slice(1)}`;
}

/** The dashes are not compared: with them each name of three letters would be like any other. */
function refuseOption(raw: string, names: readonly string[], { name, noFrom }: VerbSyntax): never {
  if (raw === '--from' && noFrom !== undefined) throw new UsageError(`--from: ${noFrom}`);
  const similar = raw.startsWith('--') ? findSimilar(raw.slice(2), names) : undefined;
  const hint = similar === undefined ? `nscope help ${name} lists those of ${name}` : `did you mean --${similar}?`;
  throw new UsageError(`unknown option '${raw}'; ${hint}`);
}

function checkWords({ name, arguments: wanted }: VerbSyntax, words: readonly string[]): void {
  const missing = wanted[words.length];
  if (missing && !missing.optional && !wanted.slice(0, words.length).some(({ repeated }) => repeated))
    throw new UsageError(`${name}: missing argument ${missing.name}`);
  const excess = words[wanted.length];
  if (excess === undefined || wanted.at(-1)?.repeated) return;
  const most = wanted.length === 0 ? 'none' : wanted.map((one) => one.name).join(' ');
  throw new UsageError(`${name}: too many arguments: ${JSON.stringify(excess)}; it takes ${most}`);
}

/** "no-header" → "noHeader" */
function toCamelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
