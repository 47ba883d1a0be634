// Which columns of a table fit the terminal, and how wide each is. Where not all do, they give way in this order, each step
// as far as it must: cells are cut to what their column wants at most, then at least; columns are left out as their `yields` says, and
// others take their short form; cells are cut further; and last those that --columns names are cut.
import type { Column } from '../columns/columns.ts';

/** Columns of the terminal between two cells. */
export const gapWidth = 2;

/** A column is not cut below this. */
const narrowest = 8;

/** What is left out before others take their short form. */
const firstToYield = 1;

/** A column of a table, and what its cells take. */
export interface MeasuredColumn<Row> {
  readonly column: Column<Row>;
  /** Of its header and its widest cell. */
  readonly width: number;
  /** The same of its short form, where it has one. */
  readonly shortWidth?: number;
}

/** How a column is shown. */
export interface Fit {
  readonly fitted: number;
  readonly isShort: boolean;
}

/** @param limit - of the whole line; a table whose columns cannot give way may still be wider */
export function fitColumns<M extends MeasuredColumn<never>>(all: readonly M[], limit: number): readonly (M & Fit)[] {
  const whole = all.map((one): M & Fit => ({ ...one, fitted: one.width, isShort: false }));
  if (measureOver(whole, limit) <= 0) return whole;
  let shown = whole.map((one) => ({ ...one, fitted: Math.min(one.fitted, maxOf(one.column)) }));
  const leaveOut = (column: Column<never>) => () => {
    shown = shown.filter((one) => one.column !== column);
  };
  const shorten = (column: Column<never>) => () => {
    shown = shown.map((one) =>
      one.column !== column || one.shortWidth === undefined ? one : { ...one, fitted: one.shortWidth, isShort: true },
    );
  };
  const columns = all.map(({ column }) => column).filter(({ asked }) => !asked);
  columns.reverse();
  const yielding = columns.filter(({ yields }) => yields !== undefined);
  yielding.sort((a, b) => (a.yields ?? 0) - (b.yields ?? 0));
  const steps = [
    () => {},
    ...yielding.filter(({ yields }) => yields === firstToYield).map(leaveOut),
    ...columns.filter(({ short }) => short).map(shorten),
    ...yielding.filter(({ yields }) => yields !== firstToYield).map(leaveOut),
  ];
  for (const step of steps) {
    step();
    const cut = cutTo(cutTo(shown, limit, mayYield, leastOf), limit, isUsual, leastOf);
    if (measureOver(cut, limit) <= 0) return cut;
  }
  const cut = cutTo(shown, limit, isUsual, () => narrowest);
  return cutTo(cutTo(cut, limit, isAsked, leastOf), limit, isAsked, () => narrowest);
}

/** What can be done without is cut first. */
function mayYield({ column }: MeasuredColumn<never>): boolean {
  return column.yields !== undefined && !column.asked;
}

function isAsked({ column }: MeasuredColumn<never>): boolean {
  return column.asked === true;
}

function isUsual({ column }: MeasuredColumn<never>): boolean {
  return column.asked !== true;
}

function leastOf({ least = narrowest }: Column<never>): number {
  return least;
}

function maxOf({ maxCrowded = Number.POSITIVE_INFINITY, asked }: Column<never>): number {
  return asked ? Number.POSITIVE_INFINITY : maxCrowded;
}

function measureOver(columns: readonly Fit[], limit: number): number {
  return columns.reduce((sum, { fitted }) => sum + fitted + gapWidth, -gapWidth) - limit;
}

/** The widest of the columns that may be cut gives first, so that several long ones end alike. */
function cutTo<M extends MeasuredColumn<never> & Fit>(
  columns: readonly M[],
  limit: number,
  may: (one: M) => boolean,
  least: (column: Column<never>) => number,
): readonly M[] {
  const widths = columns.map(({ fitted }) => fitted);
  const leasts = columns.map((one) => (one.column.cut && may(one) ? least(one.column) : one.fitted));
  for (let over = measureOver(columns, limit); over > 0; ) {
    let widest = -1;
    for (let i = 0; i < widths.length; i++)
      if ((widths[i] ?? 0) > (leasts[i] ?? 0) && (widths[i] ?? 0) > (widths[widest] ?? 0)) widest = i;
    if (widest < 0) break;
    const width = widths[widest] ?? 0;
    const others = widths.filter((one, i) => i !== widest && one > (leasts[i] ?? 0));
    const shrunk = Math.max(leasts[widest] ?? 0, width - over, Math.min(width - 1, Math.max(0, ...others)));
    over -= width - shrunk;
    widths[widest] = shrunk;
  }
  return columns.map((one, i) => ({ ...one, fitted: widths[i] ?? 0 }));
}
