// Rows as lines of a table that fits the terminal. No library does this: cells are cut in the middle or at the end as the
// column says, only those columns shrink that can, and lines are made one at a time.
import { type Column, formatCell } from '../columns/columns.ts';
import { escapeText } from '../words/escape.ts';
import { cutText, measureWidth } from '../words/text-width.ts';

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

const gap = '  ';

/** Where lines are not fitted, cells of a column that could be cut are padded up to this. */
const widestPadding = 48;

/** A column is not cut below this, unless it says otherwise itself. */
const narrowest = 8;

/** The lines of the table, without line ends. */
export function* formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: TableOptions<Row>,
): Generator<string> {
  const cells = rows.map((row) => makeCells(columns, row, options.prefix));
  const cellWidths = cells.map((texts) => texts.map(measureWidth));
  const widths = fitWidths(columns, cellWidths, options);
  const fitted = options.width !== undefined;
  if (options.header) {
    const headers = columns.map((column) => column.header);
    const line = joinCells(columns, headers, headers.map(measureWidth), widths, fitted);
    yield options.paintHeader ? options.paintHeader(line) : line;
  }
  const { paint } = options;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as Row;
    const painted = paint && ((text: string, column: Column<Row>) => paint(text, column, row));
    yield joinCells(columns, cells[i] ?? [], cellWidths[i] ?? [], widths, fitted, painted);
  }
}

function makeCells<Row>(
  columns: readonly Column<Row>[],
  row: Row,
  prefix: ((row: Row) => string) | undefined,
): readonly string[] {
  const texts = columns.map((column) => escapeText(formatCell(column, row)));
  if (prefix) texts[0] = prefix(row) + (texts[0] ?? '');
  return texts;
}

function fitWidths<Row>(
  columns: readonly Column<Row>[],
  cellWidths: readonly (readonly number[])[],
  options: TableOptions<Row>,
): number[] {
  const widths = columns.map((column, index) => {
    let width = options.header ? measureWidth(column.header) : 0;
    for (const row of cellWidths) width = Math.max(width, row[index] ?? 0);
    return width;
  });
  // Without a terminal nothing is cut; but one long cell must not push the next column away from all rows.
  if (options.width === undefined)
    return widths.map((width, i) => (columns[i]?.cut ? Math.min(width, widestPadding) : width));
  let over = widths.reduce((sum, width) => sum + width, 0) + gap.length * (columns.length - 1) - options.width;
  // The widest of the columns that may shrink gives first, so that several long ones end alike.
  const leasts = columns.map(({ least = narrowest }) => least);
  while (over > 0) {
    let widest = -1;
    for (let i = 0; i < widths.length; i++)
      if (columns[i]?.cut && (widths[i] ?? 0) > (leasts[i] ?? 0) && (widths[i] ?? 0) > (widths[widest] ?? 0))
        widest = i;
    if (widest < 0) {
      if (leasts.every((least) => least <= narrowest)) break;
      leasts.fill(narrowest);
      continue;
    }
    const others = columns.map((column, i) => (column.cut && i !== widest ? (widths[i] ?? 0) : 0));
    const width = widths[widest] ?? 0;
    const shrunk = Math.max(leasts[widest] ?? narrowest, width - over, Math.min(width - 1, Math.max(...others)));
    over -= width - shrunk;
    widths[widest] = shrunk;
  }
  return widths;
}

function joinCells<Row>(
  columns: readonly Column<Row>[],
  cells: readonly string[],
  cellWidths: readonly number[],
  widths: readonly number[],
  fitted: boolean,
  paint?: (text: string, column: Column<Row>) => string,
): string {
  let line = '';
  let pending = '';
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i] as Column<Row>;
    const width = widths[i] ?? 0;
    let text = cells[i] ?? '';
    let taken = cellWidths[i] ?? 0;
    if (fitted && taken > width) {
      text = cutText(text, width, column.cut ?? 'end');
      taken = measureWidth(text);
    }
    const padding = taken < width ? ' '.repeat(width - taken) : '';
    if (paint) text = paint(text, column);
    // Blanks at the end of a line are kept back until something follows them.
    line += column.align === 'right' ? pending + padding + text : pending + text;
    pending = (column.align === 'right' ? '' : padding) + gap;
  }
  return line;
}
