// The rows that an expression chooses. Expressions are CEL, the Common Expression Language, over the columns' names.
import { Environment } from '@marcbachmann/cel-js';
import { type CelFailure, explainCondition, explainSlip } from './filter-slips.ts';
import { type FilterKind, findNamed } from './named-fields.ts';

/** A name that an expression may use. */
export interface FilterField {
  readonly name: string;
  /** Another name of it, as it stands above the column. Neither is told apart by upper and lower case. */
  readonly header?: string;
  readonly kind: FilterKind;
}

/** A value of a row; null stands for none. A list that has a `count` is compared with numbers by that, not its length. */
export type FilterValue = number | string | boolean | null | (readonly string[] & { readonly count?: number });

/** What is wrong with an expression, and where: offsets of characters. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
  readonly code = 'NSCOPE_FILTER';
  readonly expression: string;
  readonly start: number;
  readonly end: number;

  constructor(message: string, expression: string, start: number, end: number, cause?: unknown) {
    super(message, { cause });
    this.expression = expression;
    this.start = start;
    this.end = end;
  }
}

/**
 * True for a row that is chosen; undefined where that cannot be decided, since a value that is compared is not known or
 * is none. Values go by the names of their fields; one that is not known is left out.
 */
export type Filter = (values: Readonly<Record<string, FilterValue | undefined>>) => boolean | undefined;

/**
 * Compiles an expression such as `type == "net" && processes > 3`. With a list, `name == "blue"` and
 * `name.contains("bl")` ask for any of its members, `name > 1` for how many there are, and `name == null` for none.
 * @throws FilterError for a wrong expression, an unknown column, or one that is not a condition
 */
export function compileFilter(expression: string, fields: readonly FilterField[]): Filter {
  const spellings = findSpellings(expression, fields);
  const text = renameType(expression);
  // A column has a type, and any value of it may be none: the types are checked first, and values go without.
  const typed = makeEnvironment(true);
  const untyped = makeEnvironment(false);
  for (const [word, { kind }] of spellings) {
    typed.registerVariable(toCelName(word), celTypes[kind]);
    untyped.registerVariable(toCelName(word), 'dyn');
  }
  let program: ReturnType<Environment['parse']>;
  try {
    const check = typed.check(text);
    if (!check.valid) throw check.error;
    const slip = explainCondition(check.type ?? 'dyn', expression, fields);
    if (slip !== undefined) throw new FilterError(slip, expression, 0, expression.length);
    program = untyped.parse(text);
    checkPatterns(expression);
  } catch (error) {
    throw error instanceof FilterError ? error : toFilterError(error, expression, fields);
  }
  return (values) => {
    const context: Record<string, unknown> = {};
    for (const [word, { name }] of spellings) {
      const value = values[name];
      if (value !== undefined) context[toCelName(word)] = toCelValue(value);
    }
    try {
      return program(context) === true;
    } catch {
      return undefined;
    }
  };
}

/** A pattern that is not one would decide for no row, and nobody would know. @throws FilterError */
function checkPatterns(expression: string): void {
  const patterns = /\.\s*matches\s*\(\s*(r?"(?:\\.|[^"\\])*"|r?'(?:\\.|[^'\\])*')\s*\)/g;
  for (const { 0: call, 1: literal = '', index } of expression.matchAll(patterns)) {
    const start = index + call.indexOf(literal);
    try {
      new RegExp(String(new Environment().parse(literal)({})));
    } catch (error) {
      const message = `${literal} is not a regular expression; a text that is contained: .contains(${literal})`;
      throw new FilterError(message, expression, start, start + literal.length, error);
    }
  }
}

/** The fields that an expression speaks of, under whatever spelling. */
export function listFilterFields<F extends FilterField>(expression: string, fields: readonly F[]): readonly F[] {
  return [...new Set(findSpellings(expression, fields).values())];
}

const celTypes: Readonly<Record<FilterKind, string>> = {
  int: 'int',
  string: 'string',
  bool: 'bool',
  list: 'list<string>',
  any: 'dyn',
};

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
};

const searches: Readonly<Record<string, (member: string, word: string) => boolean>> = {
  contains: (member, word) => member.includes(word),
  startsWith: (member, word) => member.startsWith(word),
  endsWith: (member, word) => member.endsWith(word),
  matches: (member, word) => new RegExp(word).test(member),
};

type List = Extract<FilterValue, readonly string[]>;

/** CEL with what people ask of lists, and with null to compare anything with. */
function makeEnvironment(isTyped: boolean): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: false });
  for (const [operator, compare] of Object.entries(comparisons))
    environment.registerOperator(`list<string> ${operator} int`, (list: List, count: bigint) =>
      compare(list.count ?? list.length, Number(count)),
    );
  environment.registerOperator('list<string> == null', (list: List) => list.length === 0);
  environment.registerOperator('list<string> == string', (list: List, word: string) =>
    word === '' ? list.length === 0 : list.includes(word),
  );
  for (const [name, search] of Object.entries(searches))
    environment.registerFunction(`list<string>.${name}(string): bool`, (list: List, word: string) =>
      list.some((member) => search(member, word)),
    );
  if (isTyped)
    for (const type of ['int', 'string', 'bool']) environment.registerOperator(`${type} == null`, () => false);
  return environment;
}

/** Words that stand for a field: not in a string, not after a dot, not called. */
const words = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?<![\w.])[A-Za-z_]\w*(?!\w|\s*\()/g;

/** No names of columns in an expression. */
const reserved = new Set(['true', 'false', 'null', 'in']);

function findSpellings<F extends FilterField>(expression: string, fields: readonly F[]): ReadonlyMap<string, F> {
  const found = new Map<string, F>();
  for (const [word] of expression.matchAll(words)) {
    const field = reserved.has(word) || /^["']/.test(word) ? undefined : findNamed(fields, word);
    if (field) found.set(word, field);
  }
  return found;
}

/** `type` is a word of CEL's own, so that column travels under another name of the same length. */
function toCelName(name: string): string {
  return name === 'type' ? 'TYPE' : name;
}

/** Renames the word where it stands for the column. */
function renameType(expression: string): string {
  return expression.replace(words, (match) => toCelName(match));
}

function toCelValue(value: FilterValue): unknown {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}

function toFilterError(error: unknown, expression: string, fields: readonly FilterField[]): FilterError {
  const failure = (error ?? {}) as CelFailure;
  const text = (failure.summary ?? failure.message?.split('\n', 1)[0] ?? String(error)).replace(/\bTYPE\b/, 'type');
  const { start, end } = failure.range ?? { start: 0, end: expression.length };
  const slip = explainSlip({ ...failure, summary: text, range: { start, end } }, expression, fields);
  return new FilterError(slip?.message ?? text, expression, slip?.start ?? start, slip?.end ?? end, error);
}
