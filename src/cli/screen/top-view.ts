// What the live screen shows of a snapshot: which lines, in which order, which of them is chosen, and what is said of it.

import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { groupByWorkload } from '../../analysis/listing/workloads.ts';
import { findHolders } from '../../analysis/release/find-holders.ts';
import {
  keyOfItem,
  type TopColumn,
  type TopContext,
  type TopItem,
  topNamespaceColumns,
  topWorkloadColumns,
} from '../../render/columns/top-columns.ts';
import { describeNamespacePage } from '../../render/pages/show-namespace.ts';
import { alignRows, formatPage, type Page } from '../../render/pages/show-page.ts';
import { describeWorkloadPage } from '../../render/pages/show-workload.ts';
import { describeEnded, drawTop, measurePanes, type Size } from '../../render/pages/top-screen.ts';
import type { Palette } from '../../render/words/colours.ts';
import { escapeText } from '../../render/words/escape.ts';
import { measureWidth } from '../../render/words/text-width.ts';
import { describeHelp, type TopState } from './top-keys.ts';

interface Surroundings {
  readonly size: Size;
  readonly palette: Palette;
  readonly source: string;
  readonly time: string;
}

export class TopView {
  /** The chosen line is the same thing, wherever the order puts it. */
  #chosen: TopItem | undefined;
  #position = 0;
  #firstShown = 0;
  #lastDetailsFrom = 0;

  /** The state once it was drawn: the choice has moved, and details are not scrolled beyond their end. */
  settle(state: TopState): TopState {
    return { ...state, move: 0, detailsFrom: Math.min(state.detailsFrom, this.#lastDetailsFrom) };
  }

  /** @returns the lines of the terminal */
  draw(state: TopState, context: TopContext, { size, palette, source, time }: Surroundings): string[] {
    const all = chooseItems(state, context);
    const items = orderItems(all, state, context);
    const panes = measurePanes(size, state.hasDetails);
    const isThere = this.#choose(items, all, state, panes.table);
    const columns = columnsOf(state.view);
    const item = this.#chosen;
    const details = state.hasDetails && item ? describeItem(item, isThere, context.index, palette, size) : undefined;
    this.#lastDetailsFrom = Math.max(0, (details?.length ?? 0) - panes.details);
    return drawTop({
      size,
      palette,
      context,
      source,
      time,
      isPaused: state.isPaused,
      items,
      columns,
      cells: (shown) => readCells(shown, context),
      sortColumn: state.sort[state.view],
      isReversed: state.isReversed,
      chosen: this.#position,
      firstShown: this.#firstShown,
      details,
      detailsFrom: Math.min(state.detailsFrom, this.#lastDetailsFrom),
      footer: describeFooter(state, size.columns),
      help: state.isHelping ? describeHelp(size.columns, measurePanes(size, false).table) : undefined,
    });
  }

  /** @returns false where what was chosen has ended; with details open it stays chosen until another is */
  #choose(items: readonly TopItem[], all: readonly TopItem[], { move, hasDetails }: TopState, rows: number): boolean {
    const key = this.#chosen && keyOfItem(this.#chosen);
    const isIt = (item: TopItem): boolean => keyOfItem(item) === key;
    const found = items.findIndex(isIt);
    const hasEnded = found < 0 && key !== undefined && hasDetails && move === 0 && !all.some(isIt);
    const from = found < 0 ? this.#position : found;
    this.#position = Math.max(0, Math.min(items.length - 1, from + move));
    if (!hasEnded) this.#chosen = items[this.#position];
    const last = Math.max(0, items.length - rows);
    const first = Math.min(this.#firstShown, this.#position);
    this.#firstShown = Math.min(last, Math.max(first, this.#position - rows + 1));
    return !hasEnded;
  }

  /** Chooses anew from where the last one was. */
  release(): void {
    this.#chosen = undefined;
  }
}

export function columnsOf(view: TopState['view']): readonly TopColumn<never>[] {
  return view === 'namespaces' ? topNamespaceColumns : topWorkloadColumns;
}

function chooseItems({ view, type }: TopState, { index }: TopContext): TopItem[] {
  if (view === 'workloads')
    return groupByWorkload(index)
      .filter(({ workload }) => workload.kind !== 'unit' || workload.namespaces.length > 0)
      .map((group) => ({ view, group }));
  return index.snapshot.namespaces
    .filter((namespace) => type === undefined || namespace.type === type)
    .map((namespace) => ({ view, namespace }));
}

function orderItems(items: readonly TopItem[], state: TopState, context: TopContext): TopItem[] {
  const { find, isReversed, view, sort } = state;
  const wanted = find.toLowerCase();
  const found =
    wanted === ''
      ? items
      : items.filter((item) => readCells(item, context).some((text) => text.toLowerCase().includes(wanted)));
  const rows = found.map((item) => ({ item, value: readValue(item, sort[view], context) }));
  const sign = isReversed ? -1 : 1;
  return rows.sort((a, b) => sign * compareValues(a.value, b.value)).map(({ item }) => item);
}

/** Numbers from the largest on, words from A on. */
function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return b - a;
  return a < b ? -1 : a > b ? 1 : 0;
}

function readValue(item: TopItem, column: number, context: TopContext): string | number {
  return item.view === 'namespaces'
    ? (topNamespaceColumns[column]?.value(item.namespace, context) ?? '')
    : (topWorkloadColumns[column]?.value(item.group, context) ?? '');
}

function readCells(item: TopItem, context: TopContext): string[] {
  return item.view === 'namespaces'
    ? topNamespaceColumns.map((column) => readCell(column, item.namespace, context))
    : topWorkloadColumns.map((column) => readCell(column, item.group, context));
}

function readCell<Item>(column: TopColumn<Item>, item: Item, context: TopContext): string {
  return column.text?.(item, context) ?? String(column.value(item, context));
}

function describeItem(
  item: TopItem,
  isThere: boolean,
  index: SnapshotIndex,
  palette: Palette,
  { columns: width }: Size,
): string[] {
  const page = item.view === 'workloads' ? describeWorkloadPage(item.group.workload, index) : describePage(item, index);
  const lines = [...formatPage(page, { width, palette })];
  return isThere ? lines : [palette.strong(describeEnded(item)), '', ...lines];
}

/** Holders that are no tasks stand one a line. */
function describePage({ namespace }: Extract<TopItem, { view: 'namespaces' }>, index: SnapshotIndex): Page {
  const page = describeNamespacePage(namespace, index);
  const others = findHolders(index, namespace).filter(
    ({ kind }) => kind !== 'process' && kind !== 'thread' && kind !== 'for-children',
  );
  if (others.length === 0) return page;
  const rows = others
    .slice(0, maxHolders)
    .map(({ kind, pid, path, namespace: of, what }) =>
      [kind, pid === undefined ? '' : String(pid), path ?? of ?? '', what].map(escapeText),
    );
  const rest = others.length > maxHolders ? [`and ${others.length - maxHolders} more: nscope holders`] : [];
  return {
    ...page,
    sections: [...page.sections, [{ label: 'holders', lines: [...alignRows(rows), ...rest], rows: true }]],
  };
}

const maxHolders = 30;

/** The main keys: as many as there is room for, the most wanted first. */
function describeFooter({ typed, find, type, view, hasDetails, isHelping }: TopState, columns: number): string {
  if (isHelping) return 'any key closes the help';
  if (typed !== undefined) return `filter: ${typed}_   Enter keeps it, Esc clears it`;
  const limits = [
    ...(find === '' ? [] : [`only lines with "${escapeText(find)}"`]),
    ...(type === undefined || view !== 'namespaces' ? [] : [`only ${type}`]),
  ];
  const other = view === 'namespaces' ? 'workloads' : 'namespaces';
  const details = hasDetails ? ['Esc back', '[ ] scroll'] : ['Enter details'];
  const keys =
    limits.length > 0
      ? [limits.join(', '), ...(hasDetails ? details : ['Esc clear', ...details]), 'q quit', '? help']
      : ['q quit', '? help', ...(hasDetails ? [...details, '/ filter'] : ['/ filter', ...details]), 's sort'];
  return [...keys, `Tab ${other}`, 't type', 'r reverse', 'Space pause', 'Up Down choose'].reduce((line, key) =>
    measureWidth(line) + 2 + key.length <= columns ? `${line}  ${key}` : line,
  );
}
