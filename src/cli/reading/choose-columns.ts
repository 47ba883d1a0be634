// Which columns, which rows and in which order: --columns, --filter and --sort, the same for every listing.
import type { Filter, FilterError } from '../../analysis/listing/filter.ts';
import { findNamed } from '../../analysis/listing/named-fields.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { type Cell, type Column, readCell, readFilterValue } from '../../render/columns/columns.ts';
import { writeRemark } from '../screen/output.ts';
import { findSimilar, suggest, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

/**
 * The columns that were asked for, which the table then cuts last, else the usual ones.
 * @throws UsageError naming an unknown column
 */
export function chooseColumns<C extends Column<never>>(
  all: readonly C[],
  usual: readonly string[],
  options: OptionValues,
): readonly C[] {
  const words = readListOption(options, 'columns');
  const usually = usual.map((name) => findColumn(all, name));
  if (words.length === 0) return usually;
  const bare = words.find((word) => word === '+' || word === '-');
  if (bare !== undefined)
    throw new UsageError(`--columns ${options.columns}: ${bare} wants the name of a column after it`);
  const named = words.map((word) => ({
    sign: /^[+-]/.exec(word)?.[0],
    column: findColumn(all, word.replace(/^[+-]/, '')),
  }));
  const signless = named.filter(({ sign }) => sign === undefined);
  if (signless.length > 0 && signless.length < named.length)
    throw new UsageError(
      `--columns ${options.columns}: either all names have + or - in front, which changes the usual columns, or none has`,
    );
  const gone = new Set(named.filter(({ sign }) => sign === '-').map(({ column }) => column));
  const chosen = named.filter(({ sign }) => sign !== '-').map(({ column }) => ({ ...column, asked: true as const }));
  const columns = signless.length > 0 ? chosen : [...usually.filter((column) => !gone.has(column)), ...chosen];
  if (columns.length === 0) throw new UsageError(`--columns ${options.columns} leaves no column`);
  return columns;
}

/** What the options of rows choose. */
export interface RowChoice<Row> {
  readonly columns: readonly Column<Row>[];
  readonly filter: RowFilter<Row>;
}

/** Before anything is read. @throws UsageError for a wrong column, filter or order */
export async function readRowChoice<Row>(
  all: readonly Column<Row>[],
  usual: readonly string[],
  options: OptionValues,
): Promise<RowChoice<Row>> {
  const columns = chooseColumns(all, usual, options);
  const filter = await makeRowFilter(all, options);
  sortRows(all, [], options);
  return { columns, filter };
}

/** Which of some rows are chosen. */
export type RowFilter<Row> = (rows: readonly Row[]) => readonly Row[];

/** What --filter says of one row at a time, as they come. @throws UsageError for a wrong expression, showing where */
export async function makeRowTest<Row>(
  all: readonly Column<Row>[],
  options: OptionValues,
): Promise<(row: Row) => boolean> {
  const { filter: expression } = options;
  if (typeof expression !== 'string') return () => true;
  const { filter, used } = await compile(all, expression);
  return (row) => filter(readValues(used, row)) === true;
}

/**
 * What --filter chooses. The language of filters is loaded only when one is given.
 * @throws UsageError for a wrong expression, showing where
 */
export async function makeRowFilter<Row>(all: readonly Column<Row>[], options: OptionValues): Promise<RowFilter<Row>> {
  const { filter: expression } = options;
  if (typeof expression !== 'string') return (rows) => rows;
  const compiled = await compile(all, expression);
  return (rows) => filterRows(compiled, rows, options);
}

interface CompiledFilter<Row> {
  readonly filter: Filter;
  /** A column costs time for each row: only those that occur in the expression are read. */
  readonly used: readonly Column<Row>[];
}

function readValues<Row>(used: readonly Column<Row>[], row: Row): Parameters<Filter>[0] {
  return Object.fromEntries(used.map((column) => [column.name, readFilterValue(column, row)]));
}

function filterRows<Row>(
  { filter, used }: CompiledFilter<Row>,
  rows: readonly Row[],
  options: OptionValues,
): readonly Row[] {
  let unclear = 0;
  let notKnown = 0;
  const chosen = rows.filter((row) => {
    const answer = filter(readValues(used, row));
    if (answer !== undefined) return answer;
    unclear++;
    if (used.some((column) => !isKnown(column.value(row)))) notKnown++;
    return false;
  });
  if (unclear > 0 && unclear === rows.length)
    writeRemark('the filter could be decided for no row: what it compares is none or not known everywhere', options);
  else if (notKnown > 0)
    writeRemark(
      `the filter leaves out ${notKnown} ${notKnown === 1 ? 'row' : 'rows'} of which what it compares is not known`,
      options,
    );
  return chosen;
}

async function compile<Row>(all: readonly Column<Row>[], expression: string): Promise<CompiledFilter<Row>> {
  const { compileFilter, FilterError, listFilterFields } = await import('../../analysis/listing/filter.ts');
  try {
    return { filter: compileFilter(expression, all), used: listFilterFields(expression, all) };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw describeFilterError('--filter', error, all);
  }
}

/** What is wrong with an expression, and where in it. @param where - it stands, as `--filter` */
export function describeFilterError(where: string, error: FilterError, all: readonly NamedColumn[]): UsageError {
  const { expression, start, end } = error;
  const marks = ' '.repeat(start) + '^'.repeat(Math.max(1, end - start));
  const unknown = /Unknown variable: (\w+)/.exec(error.message)?.[1];
  const message =
    unknown === undefined
      ? error.message
      : `there is no column ${unknown}; ${suggestColumn(all, unknown)} (a word is written in quotes: "${unknown}")`;
  return new UsageError(`${where}: ${message}\n  ${expression}\n  ${marks}`, { cause: error });
}

type NamedColumn = Pick<Column<never>, 'name' | 'header'>;

/** Orders by the columns named; what is not known comes last. @throws UsageError naming an unknown column */
export function sortRows<Row>(
  all: readonly Column<Row>[],
  rows: readonly Row[],
  options: OptionValues,
): readonly Row[] {
  const keys = readListOption(options, 'sort').map((word) => ({
    column: findColumn(all, word.replace(/^-/, '')),
    sign: word.startsWith('-') ? -1 : 1,
  }));
  if (keys.length === 0) return rows;
  return [...rows].sort((a, b) => {
    for (const { column, sign } of keys) {
      const [x, y] = [readCell(column, a), readCell(column, b)];
      // Turned or not: what is not known comes last.
      const order = x === null || y === null ? Number(x === null) - Number(y === null) : sign * compareCells(x, y);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function compareCells(a: Cell, b: Cell): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [x, y] = [String(a), String(b)];
  // 64-bit ids are decimal strings.
  if (/^\d+$/.test(x) && /^\d+$/.test(y) && x.length !== y.length) return x.length - y.length;
  return x < y ? -1 : x > y ? 1 : 0;
}

function findColumn<C extends Column<never>>(all: readonly C[], name: string): C {
  const column = findNamed(all, name);
  if (!column) throw new UsageError(`there is no column "${name}"; ${suggestColumn(all, name)}`);
  return column;
}

/** The column that was probably meant: also by what stands above it in the listing. */
function suggestColumn(all: readonly NamedColumn[], name: string): string {
  const names = all.map((one) => one.name);
  const similar = findSimilar(name, [...names, ...all.map(({ header }) => header.toLowerCase())]);
  const column = similar === undefined ? undefined : findNamed(all, similar);
  return column ? `did you mean ${column.name}?` : suggest(name, names);
}

/** Whether a column that costs time to read is shown, compared or ordered by. */
export function mentionsColumn({ columns, filter, sort }: OptionValues, name: string): boolean {
  return [columns, filter, sort].some((text) => new RegExp(`\\b${name}\\b`, 'i').test(String(text)));
}

/**
 * The words of an option that takes several: "a,b"; none where it is not given.
 * @throws UsageError where it is given and a word of it is empty, as in a script whose variable is empty
 */
export function readListOption(options: OptionValues, option: 'columns' | 'sort' | 'type' | 'with'): readonly string[] {
  const value = options[option];
  if (value === undefined) return [];
  const words = value.split(',').map((word) => word.trim());
  const named = words.filter((word) => word !== '');
  if (named.length === 0) throw new UsageError(`--${option} names nothing: "${value}"`);
  if (named.length < words.length)
    throw new UsageError(`--${option} "${value}": a word is missing between commas; did you mean ${named.join(',')}?`);
  return words;
}

/** A row as JSON: its columns by name, what is not known with its reason. */
export function toJsonRow<Row>(columns: readonly Column<Row>[], row: Row): Record<string, Cell> {
  return Object.fromEntries(columns.map((column) => [column.name, column.value(row)]));
}
