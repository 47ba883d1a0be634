// nscope net: links, addresses and sockets of network namespaces, and where each link leads.
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import {
  leaveOutLoopback,
  type NetRow,
  type NetSearch,
  searchNetworks,
  Wiring,
} from '../../analysis/wiring/net-rows.ts';
import { listNetworks } from '../../analysis/wiring/wires.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Network } from '../../model/snapshot/schema.ts';
import { wantGraph } from '../../model/snapshot/wanted.ts';
import type { Column } from '../../render/columns/columns.ts';
import { netColumns } from '../../render/columns/net-columns.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatTable } from '../../render/lines/table.ts';
import { describeRest, titleNetwork } from '../../render/pages/net-page.ts';
import { nameNetwork } from '../../render/wiring/network-words.ts';
import { paintNamespaces } from '../../render/words/colours.ts';
import { escapeText } from '../../render/words/escape.ts';
import { formatUnknown } from '../../render/words/unknown.ts';
import { wrapText } from '../../render/words/wrap-text.ts';
import { type RowChoice, readRowChoice, sortRows, toJsonRow } from '../reading/choose-columns.ts';
import { readNetSearch } from '../reading/read-net-search.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, findTarget } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines, writeRemark } from '../screen/output.ts';
import { NotFoundError, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

const linkColumns = ['link', 'kind', 'state', 'addresses', 'wires'];
const socketColumns = ['protocol', 'address', 'port', 'pids', 'command'];
const redirectColumns = ['redirected', 'to', 'leadsTo', 'pids', 'command', 'conditions'];
const placeColumns = ['netns', 'whose'];

export const run = readingVerb({ parse, answer, report });

interface Request extends RowChoice<NetRow> {
  readonly word: string | undefined;
  readonly search: NetSearch | undefined;
  /** One page for each namespace; else one table for all. */
  readonly isPage: boolean;
  readonly options: OptionValues;
}

interface Answer {
  readonly wiring: Wiring;
  /** Those that were asked about. */
  readonly networks: readonly Network[];
  /** The rows that are listed, where they are not listed on pages. */
  readonly rows: readonly NetRow[];
}

async function parse([word]: readonly string[], options: OptionValues): Promise<Request> {
  checkTargets([word]);
  const search = readNetSearch(options);
  if (options.all && word !== undefined)
    throw new UsageError('--all means every network namespace: leave out the TARGET');
  const usual = search?.by === 'port' ? [...socketColumns, ...placeColumns] : [...placeColumns, ...linkColumns];
  const choice = await readRowChoice(netColumns, usual, options);
  const isPage = search === undefined && !options.all && options.columns === undefined;
  return { ...choice, word, search, isPage, options };
}

async function answer({ word, search, filter, options }: Request, given: GivenCommand): Promise<Answer> {
  const wanted = { ...wantGraph, workloads: true, conditions: ['networks'] as const };
  const snapshot = await readSnapshot(options, wanted, given);
  const networks = listNetworks(snapshot);
  if (!isKnown(networks))
    throw new UsageError('the snapshot has no networks: take it with nscope snapshot --with networks');
  const index = new SnapshotIndex(snapshot);
  const wiring = new Wiring(snapshot, networks, index);
  const isEvery = options.all || (search !== undefined && word === undefined);
  const meant = isEvery ? networks : findMeant(word, networks, index, options);
  const found: NetRow[] = search
    ? [...searchNetworks(wiring, meant, search)]
    : meant.flatMap((network) => [
        ...(options.all ? leaveOutLoopback(wiring.linksOf(network)) : wiring.linksOf(network)),
        ...(options.all && options.columns === undefined ? [] : wiring.socketsOf(network)),
      ]);
  if (!search) for (const row of wiring.redirectsOf(meant)) found.push(row);
  const rows = sortRows(netColumns, filter(found), options);
  return { wiring, networks: meant, rows };
}

/** @throws UsageError for a namespace of another type; NotFoundError where nothing is meant */
function findMeant(
  word: string | undefined,
  networks: readonly Network[],
  index: SnapshotIndex,
  options: OptionValues,
): readonly Network[] {
  const inodes = word === undefined ? [index.snapshot.host.vantage.namespaces.net] : findInodes(word, index, options);
  const found = networks.filter(({ inode }) => inodes.includes(inode));
  if (found.length > 0) return found;
  const [unknown] = inodes.filter((inode) => !isKnown(inode));
  const why = unknown !== undefined && !isKnown(unknown) ? formatUnknown(unknown) : 'none was seen';
  throw new NotFoundError(`${escapeText(word ?? 'nscope itself')}: its network namespace is not known: ${why}`);
}

function findInodes(word: string, index: SnapshotIndex, options: OptionValues) {
  const target = findTarget(word, index, options);
  if (target.kind === 'process') return [target.process.namespaces.net];
  if (target.kind === 'namespace') {
    const { type, inode } = target.namespace;
    if (type !== 'net') throw new UsageError(`${formatNamespace(type, inode)} is not a network namespace`);
    return [inode];
  }
  const { workload } = target;
  const own = workload.namespaces.filter(({ type }) => type === 'net').map(({ inode }) => inode);
  if (own.length > 0) return own;
  const leader = workload.leader === null ? undefined : index.process(workload.leader);
  return leader ? [leader.namespaces.net] : [];
}

function report(answer: Answer, { columns, isPage, search, options }: Request): number {
  const { wiring, networks, rows } = answer;
  const { coverage } = wiring.index.snapshot;
  if (options.json) {
    const chosen = options.columns === undefined ? netColumns : columns;
    writeLines(
      formatJsonObject({
        rows: rows.map((row) => toJsonRow(chosen, row)),
        networks: (search ? networks.filter((network) => rows.some((row) => row.network === network)) : networks).map(
          (network) => ({ whose: nameNetwork(wiring, network.inode), ...network }),
        ),
        coverage,
      }),
    );
  } else if (isPage) writePages(answer, options);
  else if (options.columns === undefined) writeLists(columns, rows, options);
  else if (rows.length > 0) writeTable(columns, rows, options);
  noteUnread(networks, options);
  noteUnreadRules(networks, options);
  if (rows.length === 0 && search) {
    const read = networks.filter(({ links }) => isKnown(links));
    writeRemark(`nothing of that in ${countNetworks(read.length)}`, options);
  }
  if (!options.json) noteCoverage(coverage, options);
  if (rows.length > 0) return 0;
  return networks.some((network) => isInDoubt(network, search)) ? 3 : 1;
}

/** Whether there may be rows of it that could not be read. */
function isInDoubt({ links, addresses, listening }: Network, search: NetSearch | undefined): boolean {
  if (search?.by === 'port') return !isKnown(listening);
  return !isKnown(links) || (search?.by === 'address' && !isKnown(addresses));
}

function countNetworks(count: number): string {
  return count === 1 ? 'one network namespace' : `${count} network namespaces`;
}

function writePages({ wiring, networks, rows }: Answer, options: OptionValues): void {
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
function writeLists(columns: readonly Column<NetRow>[], rows: readonly NetRow[], options: OptionValues): void {
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

function writeTable(columns: readonly Column<NetRow>[], rows: readonly NetRow[], options: OptionValues): void {
  const palette = choosePalette();
  const paint = (text: string) => paintNamespaces(text, palette);
  const width = options.wide ? undefined : readTerminalWidth();
  writeLines(
    formatTable(columns, rows, { width, header: options.header !== false, paint, paintHeader: palette.strong }),
  );
}

/** Of which of those that were asked about the links are not known. */
function noteUnread(networks: readonly Network[], options: OptionValues): void {
  const unread = networks.flatMap(({ inode, links }) => (isKnown(links) ? [] : [{ inode, links }]));
  const [first] = unread;
  if (!first) return;
  const which = unread.length === 1 ? formatNamespace('net', first.inode) : countNetworks(unread.length);
  writeRemark(`the links of ${which} could not be read: ${formatUnknown(first.links)}`, options);
}

/** Of which of those whose links are known the rules are not: they may send packets anywhere. */
function noteUnreadRules(networks: readonly Network[], options: OptionValues): void {
  const unread = networks.flatMap(({ inode, links, redirects }) =>
    isKnown(links) && redirects && !isKnown(redirects) ? [{ inode, redirects }] : [],
  );
  const [first] = unread;
  if (first) {
    const which = unread.length === 1 ? formatNamespace('net', first.inode) : countNetworks(unread.length);
    writeRemark(
      `the rules that send packets elsewhere of ${which} could not be read: ${formatUnknown(first.redirects)}`,
      options,
    );
  }
  if (networks.some(({ redirects }) => redirects === undefined))
    writeRemark('the snapshot has no rules that send packets elsewhere: an older nscope took it', options);
  for (const { inode, redirects } of networks)
    if (redirects && isKnown(redirects) && redirects.cut)
      writeRemark(
        `${formatNamespace('net', inode)} has more rules that send packets elsewhere than were followed`,
        options,
      );
}
