// How `nscope net` writes rows: a page for each network namespace, or one table of links and sockets and one of rules.
import type { NetRow, Wiring } from '../../analysis/wiring/net-rows.ts';
import type { Network } from '../../model/snapshot/schema.ts';
import type { Column } from '../../render/columns/columns.ts';
import { netColumns } from '../../render/columns/net-columns.ts';
import { formatTable } from '../../render/lines/table.ts';
import { describeRest, titleNetwork } from '../../render/pages/net-page.ts';
import { paintNamespaces } from '../../render/words/colours.ts';
import { wrapText } from '../../render/words/wrap-text.ts';
import { choosePalette, readTerminalWidth, writeLines } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';

export const linkColumns = ['link', 'kind', 'state', 'addresses', 'wires'];
export const socketColumns = ['protocol', 'address', 'port', 'pids', 'command'];
const redirectColumns = ['redirected', 'to', 'leadsTo', 'pids', 'command', 'conditions'];
export const placeColumns = ['netns', 'whose'];

/** What was asked about, and what is written of it. */
export interface NetAnswer {
  readonly wiring: Wiring;
  readonly networks: readonly Network[];
  readonly rows: readonly NetRow[];
}

export function writePages({ wiring, networks, rows }: NetAnswer, options: OptionValues): void {
  const palette = choosePalette();
  const width = options.wide ? undefined : readTerminalWidth();
  const choose = (names: readonly string[]) => netColumns.filter(({ name }) => names.includes(name));
  networks.forEach((network, at) => {
    const own = rows.filter((row) => row.network === network);
    const links = own.filter(({ wired }) => wired);
    const sockets = own.filter(({ socket }) => socket);
    const redirects = chooseRedirects(rows, network);
    if (at > 0) writeLines(['']);
    if (options.header !== false) writeLines(wrap(titleNetwork(wiring, network), options));
    if (links.length > 0) writeTable(choose(linkColumns), links, options);
    if (sockets.length > 0) {
      writeLines(['']);
      writeTable(choose(socketColumns), sockets, options);
    }
    if (redirects.length > 0) {
      writeLines(['']);
      writeTable(chooseInOrder([...redirectColumns, ...placeColumns]), redirects, options);
    }
    if (options.header === false) return;
    writeLines(['']);
    const lines = describeRest(network, wiring.linksOf(network));
    writeLines(lines.flatMap((line) => wrapText(line, width)).map((line) => paintNamespaces(line, palette)));
  });
}

/** Rules of a namespace, and those of others that lead to it. */
function chooseRedirects(rows: readonly NetRow[], network: Network): readonly NetRow[] {
  return rows.filter(({ led }) => led && (led.network === network || led.ends.some((end) => end.network === network)));
}

/** Rules have columns of their own, and so a table. */
export function writeLists(columns: readonly Column<NetRow>[], rows: readonly NetRow[], options: OptionValues): void {
  const redirects = rows.filter(({ led }) => led);
  const others = rows.filter(({ led }) => !led);
  if (others.length > 0) writeTable(columns, others, options);
  if (redirects.length === 0) return;
  if (others.length > 0) writeLines(['']);
  writeTable(chooseInOrder([...redirectColumns, ...placeColumns]), redirects, options);
}

function chooseInOrder(names: readonly string[]): readonly Column<NetRow>[] {
  return names.flatMap((name) => netColumns.find((column) => column.name === name) ?? []);
}

function wrap(text: string, options: OptionValues): string[] {
  const palette = choosePalette();
  return wrapText(text, options.wide ? undefined : readTerminalWidth()).map((line) => paintNamespaces(line, palette));
}

export function writeTable(columns: readonly Column<NetRow>[], rows: readonly NetRow[], options: OptionValues): void {
  const palette = choosePalette();
  const paint = (text: string) => paintNamespaces(text, palette);
  const width = options.wide ? undefined : readTerminalWidth();
  writeLines(
    formatTable(columns, rows, { width, header: options.header !== false, paint, paintHeader: palette.strong }),
  );
}
