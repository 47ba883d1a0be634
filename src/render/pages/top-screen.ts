// The live screen as lines: a title, a table, details of what is chosen, and the keys. Pure: no line is wider than the
// terminal, and what processes chose is escaped.
import { formatNamespace, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { formatRate, type TopColumn, type TopContext, type TopItem, typeOfItem } from '../columns/top-columns.ts';
import type { Palette } from '../words/colours.ts';
import { escapeText } from '../words/escape.ts';
import { cutText, measureWidth } from '../words/text-width.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What is to be shown; items are filtered and in order. */
interface TopScreen {
  readonly size: Size;
  readonly palette: Palette;
  readonly context: TopContext;
  readonly source: string;
  readonly time: string;
  readonly isPaused: boolean;
  readonly items: readonly TopItem[];
  /** The same, each as the cells of its line. */
  readonly columns: readonly Pick<TopColumn<never>, 'header' | 'width' | 'align' | 'roomy'>[];
  cells(item: TopItem): readonly string[];
  readonly sortColumn: number;
  readonly isReversed: boolean;
  /** Of the items. */
  readonly chosen: number;
  readonly firstShown: number;
  /** Lines about what is chosen, safe for a terminal and no wider than it; undefined where the pane is closed. */
  readonly details: readonly string[] | undefined;
  readonly detailsFrom: number;
  /** The last line: the keys, or what is being typed. */
  readonly footer: string;
  /** Takes the place of the table. */
  readonly help: readonly string[] | undefined;
}

export const smallest: Size = { columns: 40, rows: 8 };

const inverse = (text: string): string => `\x1b[7m${text}\x1b[27m`;

/** Lines above the table: the title, the counts, the header. */
const above = 3;

/** How many lines of the table, and of the details below their border, there is room for. */
export function measurePanes(
  { rows }: Size,
  hasDetails: boolean,
): { readonly table: number; readonly details: number } {
  const room = rows - above - 1;
  if (!hasDetails) return { table: room, details: 0 };
  const table = Math.max(2, Math.floor(room / 2) - 1);
  return { table, details: Math.max(0, room - table - 1) };
}

/** Exactly as many lines as the terminal has. */
export function drawTop(screen: TopScreen): string[] {
  const { size, palette, details, help } = screen;
  if (size.columns < smallest.columns || size.rows < smallest.rows)
    return fill(
      [cutText(`this needs ${smallest.columns} columns and ${smallest.rows} lines`, size.columns, 'end')],
      size,
    );
  const panes = measurePanes(size, details !== undefined);
  const body = help ? help.map((line) => cutText(line, size.columns, 'end')) : drawTable(screen, panes.table);
  const lines = [drawTitle(screen), drawCounts(screen), palette.strong(drawHeader(screen)), ...body];
  if (details && !help) {
    while (lines.length < above + panes.table) lines.push('');
    lines.push(palette.faint('─'.repeat(size.columns)));
    lines.push(...details.slice(screen.detailsFrom, screen.detailsFrom + panes.details));
  }
  return [...fill(lines, { ...size, rows: size.rows - 1 }), palette.faint(cutText(screen.footer, size.columns, 'end'))];
}

function fill(lines: readonly string[], { rows }: Size): string[] {
  const filled = lines.slice(0, rows);
  while (filled.length < rows) filled.push('');
  return filled;
}

function drawTitle({ size, palette, context, source, time, isPaused }: TopScreen): string {
  const { index, rates, nowMs } = context;
  const { namespaces, processes, host } = index.snapshot;
  const [made, ended] = [rates.createdPerSecond(nowMs), rates.endedPerSecond(nowMs)].map(formatRate);
  const left = `${time}  ${namespaces.length} namespaces, ${processes.length} processes  ${made} made/s, ${ended} ended/s`;
  const right = `${isPaused ? 'PAUSED  ' : ''}${escapeText(host.name)} by ${source}`;
  const room = size.columns - measureWidth(left) - 2;
  const shown = room >= 8 ? cutText(right, room, 'end') : '';
  const gap = ' '.repeat(Math.max(0, size.columns - measureWidth(left) - measureWidth(shown)));
  return palette.strong(cutText(left + gap + shown, size.columns, 'end'));
}

/** How many there are of each type, and how many more come each second. */
function drawCounts({ size, palette, context }: TopScreen): string {
  const { index, rates, nowMs } = context;
  const counts = new Map<string, number>();
  for (const { type } of index.snapshot.namespaces) counts.set(type, (counts.get(type) ?? 0) + 1);
  let line = '';
  let width = 0;
  for (const type of namespaceTypes) {
    const rate = rates.typePerSecond(type, nowMs);
    const text = `${type} ${counts.get(type) ?? 0}${rate > 0 ? ` +${formatRate(rate)}` : ''}`;
    const gap = width === 0 ? '' : '  ';
    if (width + gap.length + text.length > size.columns) break;
    line += gap + palette.types[type](text);
    width += gap.length + text.length;
  }
  return line;
}

function drawHeader(screen: TopScreen): string {
  const { columns, sortColumn, isReversed } = screen;
  const mark = isReversed ? '▲' : '▼';
  return joinCells(
    screen,
    columns.map(({ header }, i) => (i === sortColumn ? header + mark : header)),
  );
}

function drawTable(screen: TopScreen, rows: number): string[] {
  const { items, firstShown, chosen, palette } = screen;
  if (items.length === 0) return [palette.faint('nothing to show')];
  return items.slice(firstShown, firstShown + rows).map((item, i) => {
    const line = joinCells(screen, screen.cells(item).map(escapeText));
    if (firstShown + i === chosen) return markChosen(line, screen);
    const type = typeOfItem(item);
    return type ? palette.types[type](line.slice(0, typeWidth)) + line.slice(typeWidth) : line;
  });
}

/** Without styles a sign marks it, in front of what is left of the line. */
function markChosen(line: string, { size, palette }: TopScreen): string {
  if (palette.colours) return inverse(line + ' '.repeat(Math.max(0, size.columns - measureWidth(line))));
  return cutText(`> ${line}`, size.columns, 'end');
}

const typeWidth = 6;

/** From so many columns on there is room for all. */
const roomyColumns = 60;

function joinCells({ columns, size, sortColumn }: TopScreen, cells: readonly string[]): string {
  let line = '';
  for (const [i, { width: wanted, align, roomy }] of columns.entries()) {
    if (roomy && size.columns < roomyColumns && i !== sortColumn) continue;
    const gap = i === 0 ? '' : ' ';
    const left = size.columns - measureWidth(line) - gap.length;
    if (left < 4) break;
    const width = wanted === 0 ? left : Math.min(wanted, left);
    const text = cutText(cells[i] ?? '', width, 'end');
    const padding = ' '.repeat(width - measureWidth(text));
    line += gap + (align === 'right' ? padding + text : i === columns.length - 1 ? text : text + padding);
  }
  return line;
}

/** The line above details of what has ended. */
export function describeEnded(item: TopItem): string {
  return item.view === 'namespaces'
    ? `${formatNamespace(item.namespace.type, item.namespace.inode)} has ended`
    : 'this workload has ended';
}
