// Which rows does an expression choose? Expressions are CEL, the Common Expression Language, over the columns' names.
import { Environment } from '@marcbachmann/cel-js';

/** What a column can be compared as; `any` where it may be unknown or none. */
export type FilterKind = 'int' | 'string' | 'bool' | 'list' | 'any';

/** A name that an expression may use. */
export interface FilterField {
  readonly name: string;
  readonly kind: FilterKind;
}

/** A value of a row; null stands for none and for unknown. */
export type FilterValue = number | string | boolean | null | readonly string[];

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

/** True for a row that is chosen; undefined where the row has no value to compare. */
export type Filter = (values: Readonly<Record<string, FilterValue>>) => boolean | undefined;

/**
 * Compiles an expression such as `type == "net" && processes > 3`.
 * @throws FilterError for a wrong expression, an unknown column, or one that is not a condition
 */
export function compileFilter(expression: string, fields: readonly FilterField[]): Filter {
  const environment = new Environment({ unlistedVariablesAreDyn: false });
  for (const { name, kind } of fields) environment.registerVariable(toCelName(name), kind === 'any' ? 'dyn' : kind);
  let program: ReturnType<Environment['parse']>;
  try {
    program = environment.parse(renameType(expression));
  } catch (error) {
    throw toFilterError(error, expression);
  }
  const check = program.check();
  if (!check.valid) throw toFilterError(check.error, expression);
  if (check.type !== 'bool' && check.type !== 'dyn')
    throw new FilterError(`a condition is wanted, and this is of type ${check.type}`, expression, 0, expression.length);
  return (values) => {
    const context: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(values)) context[toCelName(name)] = toCelValue(value);
    try {
      return program(context) === true;
    } catch {
      return undefined;
    }
  };
}

/** `type` is a word of CEL's own, so that column travels under another name of the same length. */
function toCelName(name: string): string {
  return name === 'type' ? 'TYPE' : name;
}

/** Renames the word where it stands for the column: not in a string, not as a function, not behind a dot. */
function renameType(expression: string): string {
  return expression.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?<![\w.])type(?!\w|\s*\()/g, (match) =>
    match === 'type' ? 'TYPE' : match,
  );
}

function toCelValue(value: FilterValue): unknown {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}

function toFilterError(error: unknown, expression: string): FilterError {
  const { summary, range, message } = (error ?? {}) as {
    summary?: string;
    message?: string;
    range?: { start: number; end: number };
  };
  const text = (summary ?? message?.split('\n', 1)[0] ?? String(error)).replace(/\bTYPE\b/, 'type');
  const start = range?.start ?? 0;
  const told = tellSlip(text, expression, start) ?? text;
  return new FilterError(told, expression, start, range?.end ?? expression.length, error);
}

const brackets: Readonly<Record<string, string>> = { RPAREN: ')', RBRACKET: ']', RBRACE: '}' };
const operators: Readonly<Record<string, string>> = { '=': '==', and: '&&', or: '||', not: '!', '&': '&&', '|': '||' };

/** The usual slips in words that say what is right; the language itself speaks of tokens and overloads. */
function tellSlip(text: string, expression: string, start: number): string | undefined {
  const end = /^(?:Unexpected token: EOF|Expected (\w+), got EOF)$/.exec(text);
  if (end)
    return `the expression ends too early${end[1] && brackets[end[1]] ? `: a ${brackets[end[1]]} is missing` : ''}`;
  const word = /^(?:and|or|not)\b|^[=&|]/.exec(expression.slice(start))?.[0];
  if (/^Unexpected (?:character|token)/.test(text) && word) return `${word} is no operator; ${operators[word]} is`;
  if (/overload.*\blist\b(?:<dyn>)?(?: [!=]= string|\.\w+\(string\))/.test(text))
    return `${text}; a list is asked with in: "word" in name, or name.exists(n, n.contains("word"))`;
  return undefined;
}
