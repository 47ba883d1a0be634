// What is wrong with a filter, in words that say what is right: CEL itself speaks of tokens and overloads.
import type { FilterField } from './filter.ts';
import { type FilterKind, findNamed } from './named-fields.ts';

/** What CEL throws. */
export interface CelFailure {
  readonly message?: string;
  readonly summary?: string;
  readonly range?: { readonly start: number; readonly end: number };
}

export interface Slip {
  readonly message: string;
  /** Where it is, if not where CEL says. */
  readonly start?: number;
  readonly end?: number;
}

type Failure = Required<Pick<CelFailure, 'summary' | 'range'>>;

/** Whether an expression of this type is a condition; else what would be one. */
export function explainCondition(type: string, expression: string, fields: readonly FilterField[]): string | undefined {
  if (type === 'bool' || type === 'dyn') return undefined;
  const field = findNamed(fields, expression.trim());
  const wanted = field && `${field.name} is ${nameKind(field)}: ${suggestCondition(field)}`;
  return `a condition is wanted, and ${wanted ?? `this is ${nameCelType(type)}`}`;
}

export function explainSlip(
  { summary, range: { start, end } }: Failure,
  expression: string,
  fields: readonly FilterField[],
): Slip | undefined {
  const message = explainEnd(summary) ?? explainTypes(summary, expression.slice(start, end), fields);
  if (message !== undefined) return { message };
  if (/^Unknown variable/.test(summary)) return explainWord(expression, start, end, fields);
  if (/^Unexpected|^Expected/.test(summary)) return explainToken(expression, start, fields);
  const [, called, types] = /^found no matching overload for '(?:[\w<>]+\.)?(\w+)\((.*)\)'$/.exec(summary) ?? [];
  return called === undefined ? undefined : explainCall(called, types ?? '', expression.slice(start, end), fields);
}

const brackets: Readonly<Record<string, string>> = { RPAREN: ')', RBRACKET: ']', RBRACE: '}' };

function explainEnd(summary: string): string | undefined {
  const end = /^(?:Unexpected token: EOF|Expected (\w+), got EOF)$/.exec(summary);
  if (!end) return undefined;
  const bracket = brackets[end[1] ?? ''];
  return `the expression ends too early${bracket === undefined ? '' : `: a ${bracket} is missing`}`;
}

const operators: Readonly<Record<string, string>> = {
  '=': '==',
  '===': '==',
  '!==': '!=',
  '<>': '!=',
  '=>': '>=',
  '=<': '<=',
  and: '&&',
  or: '||',
  not: '!',
  is: '==',
  '&': '&&',
  '|': '||',
};

/** What searches in a text elsewhere, as an operator. */
const searchWords = new Map([
  ['~', 'matches'],
  ['=~', 'matches'],
  ['!~', 'matches'],
  ['like', 'contains'],
  ['contains', 'contains'],
  ['matches', 'matches'],
]);

/** The operators and signs of other languages. */
function explainToken(expression: string, at: number, fields: readonly FilterField[]): Slip | undefined {
  // CEL stops in the middle of one, or at the word after `not`.
  const start = at - (/(?:[=!<>~&|]+|\bnot\s+)$/i.exec(expression.slice(0, at))?.[0].length ?? 0);
  const sign = /^(?:[=!<>~&|]+|\w+|.)/u.exec(expression.slice(start))?.[0] ?? '';
  const end = start + sign.length;
  const operator = operators[sign.toLowerCase()];
  if (operator !== undefined) return { message: `${sign} is not an operator; ${operator} is`, start, end };
  const search = searchWords.get(sign.toLowerCase());
  if (search !== undefined) {
    const name = findNamed(fields, /(\w+)\s*$/.exec(expression.slice(0, start))?.[1] ?? '')?.name ?? 'command';
    return { message: `${sign} is not an operator; text is searched with ${name}.${search}("...")`, start, end };
  }
  if (/^[“”„‘’]/.test(sign)) return { message: `text is written in straight quotes: "..."`, start, end };
  if (sign === ',' && /\bin\b[^[]*$/.test(expression.slice(0, start)))
    return { message: 'a list is written in brackets: type in ["net", "mnt"]', start, end };
  return { message: `${sign} has no meaning here`, start, end };
}

const constants: Readonly<Record<string, string>> = {
  none: 'null',
  nil: 'null',
  undefined: 'null',
  null: 'null',
  true: 'true',
  yes: 'true',
  false: 'false',
  no: 'false',
};

/** A word without quotes that is compared with text; whether it is a mistyped column, the caller knows better. */
function explainWord(expression: string, start: number, end: number, fields: readonly FilterField[]): Slip | undefined {
  const word = expression.slice(start, end);
  const constant = constants[word.toLowerCase()];
  if (constant !== undefined) return { message: `there is no column ${word}; write ${constant}` };
  const [left, name = ''] = /(\w+)\s*(?:[=!]=\s*|\.\w+\(\s*)$/.exec(expression.slice(0, start)) ?? [];
  const field = findNamed(fields, name);
  if (left === undefined || (field?.kind !== 'string' && field?.kind !== 'list')) return undefined;
  return { message: `there is no column ${word}; text is written in quotes: ${left}"${word}"` };
}

/** What is compared has another type. */
function explainTypes(summary: string, part: string, fields: readonly FilterField[]): string | undefined {
  const overload = /^no such overload: (!?)([\w<>]+)(?: (\S+) ([\w<>]+))?$/.exec(summary);
  if (!overload) {
    const field = /^Logical operator requires bool/.test(summary)
      ? part.split(/&&|\|\|/).map((side) => findNamed(fields, side.trim().replace(/^!/, '')))
      : [];
    const wrong = field.find((one) => one && one.kind !== 'bool' && one.kind !== 'any');
    return wrong && `${wrong.name} is ${nameKind(wrong)} and no condition: ${suggestCondition(wrong)}`;
  }
  const [, not, left = '', operator = '', right = ''] = overload;
  const [, first = '', second = ''] = /^\(*(!?[\w.]+|"[^"]*"|'[^']*')\s*\S+\s*(.*?)\)*$/s.exec(part) ?? [];
  const field = findNamed(fields, not ? part.slice(1).trim() : first);
  if (field && not) return `${field.name} is ${nameKind(field)} and no condition: ${suggestCondition(field)}`;
  if (operator === 'in') {
    const list = findNamed(fields, second);
    if (list && list.kind !== 'list') return `${list.name} is ${nameKind(list)}: in asks a list, such as ["a", "b"]`;
    return list && `${list.name} is a list of texts: "${first}" in ${list.name}`;
  }
  if (!field) return `${nameCelType(left)} ${operator} ${nameCelType(right)} does not compare what is alike`;
  const bare = second.replace(/^(["'])(.*)\1$/s, '$2');
  if (field.kind === 'bool') return `${field.name} is true or false: write ${field.name} or !${field.name}`;
  if (field.kind === 'string') return `${field.name} is text: write ${field.name} ${operator} "${bare}"`;
  if (field.kind === 'int' && /^\d+$/.test(bare))
    return `${field.name} is a number: write ${field.name} ${operator} ${bare}`;
  return `${field.name} is ${nameKind(field)}: ${suggestCondition(field)}`;
}

/** Functions that other languages have under these names. */
const functions: Readonly<Record<string, string>> = {
  len: 'size',
  length: 'size',
  count: 'size',
  includes: 'contains',
  has: 'contains',
  match: 'matches',
  startswith: 'startsWith',
  endswith: 'endsWith',
};

const known = ['size', 'contains', 'startsWith', 'endsWith', 'matches'];

function explainCall(called: string, types: string, part: string, fields: readonly FilterField[]): Slip | undefined {
  const [, receiver] = /^(\w+)\s*\./.exec(part) ?? [];
  const field = receiver === undefined ? undefined : findNamed(fields, receiver);
  const right = functions[called.toLowerCase()];
  if (right !== undefined && right !== called) return { message: `there is no function ${called}; ${right} is one` };
  if (field && (field.kind === 'int' || field.kind === 'bool'))
    return { message: `${field.name} is ${nameKind(field)}: ${suggestCondition(field)}` };
  const [, of, rest] = /^\w+\(\s*(\w+)\s*,\s*(.*)\)$/s.exec(part) ?? [];
  if (of !== undefined && known.includes(called)) return { message: `write ${of}.${called}(${rest})` };
  if (known.includes(called)) return { message: `${called} takes one text in quotes, and was given (${types})` };
  return { message: `there is no function ${called}; there are: ${known.join(', ')}` };
}

const kinds: Readonly<Record<FilterKind, string>> = {
  int: 'a number',
  string: 'text',
  bool: 'true or false',
  list: 'a list',
  any: 'of any type',
};

function nameKind({ kind }: FilterField): string {
  return kinds[kind];
}

function nameCelType(type: string): string {
  if (type.startsWith('list')) return kinds.list;
  const names: Readonly<Record<string, string>> = { double: kinds.int, null: 'null', ...kinds };
  return names[type] ?? type;
}

/** What is asked of such a column. */
function suggestCondition({ name, kind }: FilterField): string {
  if (kind === 'int') return `such as ${name} > 1`;
  if (kind === 'list') return `such as ${name} != null, ${name} == "...", ${name} > 1`;
  return kind === 'string' ? `such as ${name} == "..."` : `such as ${name} == true`;
}
