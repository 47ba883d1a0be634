// What a column is. One table of columns drives the listing, its JSON, its filter, its order and its help.

import type { FilterValue } from '../../analysis/listing/filter.ts';
import type { FilterKind } from '../../analysis/listing/named-fields.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';

/** What a cell holds: a value, none (null), or not known. */
export type Cell = Known<FilterValue>;

export interface Column<Row> {
  /** The name on the command line and in JSON. */
  readonly name: string;
  readonly header: string;
  /** One line for the help: what it holds, and its unit. */
  readonly meaning: string;
  readonly kind: FilterKind;
  readonly align?: 'right';
  /** Where a cell that does not fit is cut: names and paths read better when their middle goes. */
  readonly cut?: 'end' | 'middle';
  /** It is not cut below this, as long as others can be. */
  readonly least?: number;
  /** Where not all fits it is cut to this first, so that one long name does not take the room of the others. */
  readonly maxCrowded?: number;
  /**
   * When it gives way on a narrow terminal: columns with 1 are left out first, before others take their short form, then
   * those with 2, and so on; of equal ones the last. Without a number it always stays.
   */
  readonly yields?: number;
  /** That --columns names it: it is cut last, and stays. */
  readonly asked?: true;
  value(row: Row): Cell;
  /** Of how many things a list speaks, where each of its members can stand for several. */
  count?(row: Row): number;
  /** How it reads, where that is not the value itself. Already safe for a terminal, or escaped by the table. */
  text?(row: Row): string;
  /** How it reads where there is little room: the table has this of all rows, or of none. */
  short?(row: Row): string;
}

/** The text of a cell, not yet escaped: `-` for none, `?` for not known. */
export function formatCell<Row>(column: Column<Row>, row: Row): string {
  if (column.text) return column.text(row);
  const cell = column.value(row);
  if (!isKnown(cell)) return '?';
  if (cell === null) return '-';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  return typeof cell === 'object' ? cell.join(' ') : String(cell);
}

/** The value for filters; undefined for what is not known. */
export function readFilterValue<Row>(column: Column<Row>, row: Row): FilterValue | undefined {
  const cell = column.value(row);
  if (!isKnown(cell)) return undefined;
  return column.count && Array.isArray(cell) ? Object.assign([...cell], { count: column.count(row) }) : cell;
}

/** The value for orders: what is not known is none. */
export function readCell<Row>(column: Column<Row>, row: Row): FilterValue {
  const cell = column.value(row);
  return isKnown(cell) ? cell : null;
}
