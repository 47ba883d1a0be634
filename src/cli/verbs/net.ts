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
import { isKnown, notAsked } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Network } from '../../model/snapshot/schema.ts';
import { wantGraph } from '../../model/snapshot/wanted.ts';
import { netColumns } from '../../render/columns/net-columns.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { nameNetwork } from '../../render/wiring/network-words.ts';
import { escapeText } from '../../render/words/escape.ts';
import { formatUnknown } from '../../render/words/unknown.ts';
import { countNetworks, noteUnread, noteUnreadRules } from '../net/note-unread.ts';
import { readNetSearch } from '../net/read-net-search.ts';
import {
  linkColumns,
  type NetAnswer,
  placeColumns,
  socketColumns,
  writeLists,
  writePages,
  writeTable,
} from '../net/write-net.ts';
import { type RowChoice, readRowChoice, sortRows, toJsonRow } from '../reading/choose-columns.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, findTarget } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { writeLines, writeRemark } from '../screen/output.ts';
import { NotFoundError, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

export const run = readingVerb({ parse, answer, report });

interface Request extends RowChoice<NetRow> {
  readonly word: string | undefined;
  readonly search: NetSearch | undefined;
  /** One page for each namespace; else one table for all. */
  readonly isPage: boolean;
  readonly options: OptionValues;
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

async function answer({ word, search, filter, options }: Request, given: GivenCommand): Promise<NetAnswer> {
  const wanted = { ...wantGraph, workloads: true, conditions: ['networks'] as const };
  const snapshot = await readSnapshot(options, wanted, given);
  const networks = listNetworks(snapshot);
  if (!isKnown(networks)) {
    const why =
      networks.unknown === 'not-asked' ? 'take it with nscope snapshot --with networks' : formatUnknown(networks);
    throw new UsageError(`the snapshot has no networks: ${why}`);
  }
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

function report(answer: NetAnswer, { columns, isPage, search, options }: Request): number {
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
function isInDoubt({ links, addresses, listening, redirects }: Network, search: NetSearch | undefined): boolean {
  const hasRules = search?.by === 'port' || search?.by === 'address';
  if (hasRules && !isKnown(redirects ?? notAsked)) return true;
  if (search?.by === 'port') return !isKnown(listening);
  return !isKnown(links) || (search?.by === 'address' && !isKnown(addresses));
}
