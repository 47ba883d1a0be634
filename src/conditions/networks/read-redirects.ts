// Which rules of network namespaces send packets elsewhere: nf_tables by netlink, ip_tables by getsockopt(2). Chains come with
// all that is asked of a namespace; rules, sets and their elements are asked for where a chain can change a destination.
import { nameErrno } from '../../kernel/addon/syscall-error.ts';
import { askNetworks, readNatXtables } from '../../kernel/net/ask-networks.ts';
import type { NamespacePath } from '../../kernel/nsfs/namespace-paths.ts';
import { append } from '../../model/collections/append.ts';
import { isKnown, type Known, notAsked, type Unknown, unknownFromErrno } from '../../model/snapshot/known.ts';
import type { Network } from '../../model/snapshot/schema.ts';
import { followRules } from '../../parse/netfilter/follow-rules.ts';
import {
  buildElementDump,
  buildRuleDump,
  buildSetDump,
  buildTableDump,
  type NftChain,
  type NftDump,
  type NftRule,
  type NftSet,
  type NftTableName,
  parseChains,
  parseElements,
  parseRules,
  parseSets,
  parseTables,
} from '../../parse/netfilter/nft-messages.ts';
import { listLookups } from '../../parse/netfilter/nft-rules.ts';
import { buildSet, type ReadSet } from '../../parse/netfilter/nft-sets.ts';
import { buildNftTable, listNatTables } from '../../parse/netfilter/nft-tables.ts';
import type { RuleTable } from '../../parse/netfilter/rules.ts';
import { parseXtables } from '../../parse/netfilter/xtables.ts';
import { describeRedirects } from './describe-redirects.ts';

export type Redirects = NonNullable<Network['redirects']>;

/** What a namespace said with all the rest. */
export interface FilterAnswers {
  readonly path: NamespacePath;
  /** Undefined where the kernel has no nf_tables: a dump of chains. */
  readonly chains: Known<Uint8Array> | undefined;
  /** /proc/net/ip_tables_names, and that of IPv6. */
  readonly names: readonly [four: Known<string>, six: Known<string>];
}

const maxBytes = 64 << 20;
const changedMeanwhile: Unknown = Object.freeze({
  unknown: 'unsupported',
  detail: 'the rules were changed each time that they were read',
});
const tries = 3;

/** @returns in the same order */
export function readRedirects(answers: readonly FilterAnswers[]): readonly Redirects[] {
  const legacy = readLegacyTables(answers);
  const modern = readNftTables(answers);
  return answers.map((_, at): Redirects => {
    const found = [modern[at] ?? [], legacy[4][at] ?? [], legacy[6][at] ?? []];
    const refused = found.find((tables): tables is Unknown => !isKnown(tables));
    if (refused) return refused;
    const tables = found.flatMap((some) => (isKnown(some) ? some : []));
    return describeRedirects(followRules(tables));
  });
}

type Tables = Known<readonly RuleTable[]>;

function readLegacyTables(answers: readonly FilterAnswers[]): Readonly<Record<4 | 6, Tables[]>> {
  const read = (family: 4 | 6) => {
    const names = answers.map(({ names: [four, six] }) => (family === 4 ? four : six));
    const having = answers.filter((_, at) => hasNat(names[at]));
    const tables =
      having.length === 0
        ? []
        : readNatXtables(
            having.map(({ path }) => path),
            family,
          );
    const next = tables.values();
    return names.map((list): Tables => {
      if (list && !isKnown(list)) return list.errno === 'ENOENT' ? [] : list;
      if (!hasNat(list)) return [];
      const bytes = next.next().value ?? notAsked;
      return isKnown(bytes) ? [parseXtables(bytes, family)] : bytes;
    });
  };
  return { 4: read(4), 6: read(6) };
}

function hasNat(names: Known<string> | undefined): boolean {
  return names !== undefined && isKnown(names) && names.split('\n').includes('nat');
}

interface NftWork {
  readonly at: number;
  readonly path: NamespacePath;
  readonly tables: readonly NftTableName[];
  readonly chains: readonly NftChain[];
}

function readNftTables(answers: readonly FilterAnswers[]): Tables[] {
  const results: Tables[] = [];
  let open: NftWork[] = [];
  for (const [at, { path, chains: bytes }] of answers.entries()) {
    const chains = bytes === undefined ? [] : decode(bytes, parseChains);
    if (!isKnown(chains)) results[at] = chains;
    else {
      const tables = listNatTables(chains);
      results[at] = tables.length === 0 ? [] : changedMeanwhile;
      if (tables.length > 0) open.push({ at, path, tables, chains });
    }
  }
  // What was changed meanwhile is read anew: chains, rules and elements must be of one moment.
  for (let left = tries; left > 0 && open.length > 0; left--) {
    const again: NftWork[] = [];
    const groups = new Map<string, NftWork[]>();
    for (const work of open) append(groups, JSON.stringify(work.tables), work);
    for (const group of groups.values())
      for (const [place, tables] of readGroup(group).entries()) {
        const work = group[place] as NftWork;
        if (tables === undefined) again.push(work);
        else results[work.at] = tables;
      }
    open = again;
  }
  return results;
}

/** Namespaces with tables of the same names, which are asked the same; undefined where rules were changed meanwhile. */
function readGroup(group: readonly NftWork[]): (Tables | undefined)[] {
  const { tables } = group[0] as NftWork;
  const asked = askNetworks(
    group.map(({ path }) => path),
    {
      dumps: [],
      filterDumps: [
        buildTableDump(1),
        ...tables.flatMap((table, at) => [buildRuleDump(2 * at + 2, table), buildSetDump(2 * at + 3, table)]),
      ],
      files: [],
      maxBytes,
    },
  );
  return asked.map((answers, place) => readTables(group[place] as NftWork, answers));
}

function readTables({ path, tables, chains }: NftWork, answers: readonly Known<Uint8Array>[]): Tables | undefined {
  const [states, ...dumps] = answers;
  const found = decode(states ?? notAsked, parseTables);
  if (!isKnown(found)) return found === changedMeanwhile ? undefined : found;
  const read: RuleTable[] = [];
  for (const [at, name] of tables.entries()) {
    const own = found.find(({ family, table }) => family === name.family && table === name.table);
    // It went between both questions.
    if (!own) return undefined;
    if (own.isDormant) continue;
    const rules = decode(dumps[2 * at] ?? notAsked, parseRules);
    const sets = decode(dumps[2 * at + 1] ?? notAsked, parseSets);
    const elements = isKnown(rules) && isKnown(sets) ? readSets(path, name, rules, sets) : new Map();
    for (const part of [rules, sets, elements]) if (!isKnown(part)) return part === changedMeanwhile ? undefined : part;
    if (isKnown(rules) && isKnown(elements)) read.push(buildNftTable(name, chains, rules, elements));
  }
  return read;
}

/** The sets of a table that rules look something up in. */
function readSets(
  path: NamespacePath,
  name: NftTableName,
  rules: readonly NftRule[],
  sets: readonly NftSet[],
): Known<ReadonlyMap<string, ReadSet>> {
  const wanted = new Set(rules.flatMap(listLookups));
  const chosen = sets.filter((set) => wanted.has(set.name));
  if (chosen.length === 0) return new Map();
  const filterDumps = chosen.map((set, at) => buildElementDump(at + 1, name, set.name));
  const [answers = []] = askNetworks([path], { dumps: [], filterDumps, files: [], maxBytes });
  const read = new Map<string, ReadSet>();
  for (const [at, set] of chosen.entries()) {
    const elements = decode(answers[at] ?? notAsked, parseElements);
    if (!isKnown(elements)) return elements;
    read.set(set.name, buildSet(set, elements));
  }
  return read;
}

const tooMany: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'there are too many rules' });

function decode<T>(answer: Known<Uint8Array>, parse: (bytes: Uint8Array) => NftDump<T>): Known<readonly T[]> {
  if (!isKnown(answer)) return answer;
  const { records, changed, done, errno } = parse(answer);
  // A table or a set that went between two questions, and rules that changed during one.
  if (changed || errno === ENOENT || errno === EINTR) return changedMeanwhile;
  if (errno !== 0) return unknownFromErrno(nameErrno(errno));
  return done ? records : tooMany;
}

const ENOENT = 2;
const EINTR = 4;
