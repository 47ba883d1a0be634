// Rows as lines of a table that fits the terminal. No library does this: cells are cut in the middle or at the end as the
// column says, columns give way by their importance, and lines are made one at a time.
import { type Column, formatCell } from '../columns/columns.ts';
import { escapeText } from '../words/escape.ts';
import { cutText, measureWidth } from '../words/text-width.ts';
import { type Fit, fitColumns, gapWidth, type MeasuredColumn } from './fit-columns.ts';

interface TableOptions<Row> {
  /** Columns of the terminal; undefined for no limit (a pipe, a file). */
  readonly width?: number | undefined;
  readonly header: boolean;
  /** Drawn in front of the first column: the branches of a tree. */
  readonly prefix?: (row: Row) => string;
  /** Colours a finished cell; it must not change its width. */
  readonly paint?: (text: string, column: Column<Row>, row: Row) => string;
  readonly paintHeader?: (text: string) => string;
}

const gap = ' '.repeat(gapWidth);

/** Where lines are not fitted, cells of a column that could be cut are padded up to this. */
const widestPadding = 48;

/** The lines of the table, without line ends. */
export function* formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: TableOptions<Row>,
): Generator<string> {
  const { width, paint } = options;
  const measured = measureColumns(columns, rows, options);
  const isCut = width !== undefined;
  const fitted = isCut ? fitColumns(measured, width) : measured.map(limitPadding);
  if (options.header) {
    const line = joinCells(fitted, ({ column }) => makeCell(column.header), isCut);
    yield options.paintHeader ? options.paintHeader(line) : line;
  }
  for (const [number, row] of rows.entries()) {
    const painted = paint && ((text: string, column: Column<Row>) => paint(text, column, row));
    const read = ({ isShort, cells, shortCells }: TextColumn<Row> & Fit) =>
      (isShort ? shortCells : cells)?.[number] ?? makeCell('');
    yield joinCells(fitted, read, isCut, painted);
  }
}

/** The columns that formatTable shows at this width: the others are left out. */
export function listFitting<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: TableOptions<Row>,
): readonly Column<Row>[] {
  if (options.width === undefined) return columns;
  return fitColumns(measureColumns(columns, rows, options), options.width).map(({ column }) => column);
}

/** A text that is safe for a terminal, and the columns that it takes. */
interface TextCell {
  readonly text: string;
  readonly width: number;
}

/** A column with a cell for each row. */
interface TextColumn<Row> extends MeasuredColumn<Row> {
  readonly cells: readonly TextCell[];
  readonly shortCells?: readonly TextCell[];
}

function measureColumns<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { header, prefix, width }: TableOptions<Row>,
): TextColumn<Row>[] {
  return columns.map((column, index) => {
    const branch = index === 0 && prefix;
    const cells = rows.map((row) => makeCell((branch ? prefix(row) : '') + escapeText(formatCell(column, row))));
    const measured = { column, cells, width: widestOf(cells, column, header) };
    const { short } = column;
    if (!short || width === undefined) return measured;
    const shortCells = rows.map((row) => makeCell(escapeText(short(row))));
    return { ...measured, shortCells, shortWidth: widestOf(shortCells, column, header) };
  });
}

function makeCell(text: string): TextCell {
  return { text, width: measureWidth(text) };
}

function widestOf<Row>(cells: readonly TextCell[], { header }: Column<Row>, isHeaded: boolean): number {
  let widest = isHeaded ? measureWidth(header) : 0;
  for (const { width } of cells) widest = Math.max(widest, width);
  return widest;
}

/** Without a terminal nothing is cut; but one long cell must not push the next column away from all rows. */
function limitPadding<Row>(one: TextColumn<Row>): TextColumn<Row> & Fit {
  const fitted = one.column.cut ? Math.min(one.width, widestPadding) : one.width;
  return { ...one, fitted, isShort: false };
}

function joinCells<Row>(
  columns: readonly (TextColumn<Row> & Fit)[],
  read: (column: TextColumn<Row> & Fit) => TextCell,
  isCut: boolean,
  paint?: (text: string, column: Column<Row>) => string,
): string {
  let line = '';
  let pending = '';
  for (const one of columns) {
    const { column, fitted } = one;
    let { text, width } = read(one);
    if (isCut && width > fitted) {
      text = cutText(text, fitted, column.cut ?? 'end');
      width = measureWidth(text);
    }
    const padding = width < fitted ? ' '.repeat(fitted - width) : '';
    if (paint) text = paint(text, column);
    // Blanks at the end of a line are kept back until something follows them.
    line += column.align === 'right' ? pending + padding + text : pending + text;
    pending = (column.align === 'right' ? '' : padding) + gap;
  }
  return line;
}
