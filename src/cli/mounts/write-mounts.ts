// What nscope mounts writes for readers: a table, a tree, the path of a file.
import { layOutTree } from '../../analysis/graph/tree-layout.ts';
import type { Translation } from '../../analysis/mounts/translate-path.ts';
import type { Column } from '../../render/columns/columns.ts';
import type { MountRow } from '../../render/columns/mount-columns.ts';
import { formatTable } from '../../render/lines/table.ts';
import { describeTranslation } from '../../render/pages/translation-page.ts';
import { escapeText } from '../../render/words/escape.ts';
import { wrapText } from '../../render/words/wrap-text.ts';
import { choosePalette, readTerminalWidth, writeLines, writeRemark } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { ChosenTable } from './mount-scene.ts';

/** Of the usual columns these are left out where no row has anything in them. */
const leftOutWhenEmpty = new Set(['peers', 'masters', 'remarks']);

export function writeTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: OptionValues,
  prefix?: (row: Row) => string,
): void {
  const width = options.wide ? undefined : readTerminalWidth();
  const { strong } = choosePalette();
  const header = options.header !== false;
  writeLines(formatTable(columns, rows, { width, header, paintHeader: strong, ...(prefix && { prefix }) }));
}

/** A tree, unless rows were chosen or put in an order. */
export function writeMounts(
  { layout }: ChosenTable,
  rows: readonly MountRow[],
  columns: readonly Column<MountRow>[],
  options: OptionValues,
): void {
  const shown =
    options.columns === undefined
      ? columns.filter((column) => !leftOutWhenEmpty.has(column.name) || rows.some((row) => hasWords(column, row)))
      : columns;
  if (!layout || options.list || options.filter !== undefined || options.sort !== undefined) {
    writeTable(shown, rows, options);
    return;
  }
  const rowOf = new Map(rows.map((row) => [row.mount, row]));
  const lines = layOutTree(layout.mounts, (mount) => layout.parentOf(mount));
  const prefixes = new Map(lines.map(({ node, prefix }) => [node, prefix]));
  const ordered = lines.flatMap(({ node }) => rowOf.get(node) ?? []);
  writeTable(shown, ordered, options, ({ mount }) => prefixes.get(mount) ?? '');
}

function hasWords(column: Column<MountRow>, row: MountRow): boolean {
  const value = column.value(row);
  return Array.isArray(value) ? value.length > 0 : value !== null;
}

/** The path on standard output; what there is to say of it as remarks. */
export function writeTranslation(
  found: Translation | undefined,
  to: ChosenTable,
  path: string,
  options: OptionValues,
): void {
  if (!found) {
    if (to.layout) writeRemark(`nothing is mounted to which ${path} could lead`, options);
    return;
  }
  const [first] = found.paths;
  if (first) writeLines([escapeText(first.path)]);
  const width = options.wide ? undefined : readTerminalWidth();
  for (const line of describeTranslation(path, found, to.name))
    for (const part of wrapText(line, width)) writeRemark(part, options);
}
