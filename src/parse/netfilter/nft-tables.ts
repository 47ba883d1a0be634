// Tables of nf_tables that may send packets elsewhere, from what was dumped of them.
import type { NftChain, NftRule, NftTableName } from './nft-messages.ts';
import { conditionsOfFamily, readNftRule } from './nft-rules.ts';
import type { ReadSet } from './nft-sets.ts';
import { type BaseChain, NF_INET_LOCAL_OUT, NF_INET_PRE_ROUTING, type Rule, type RuleTable } from './rules.ts';

const families: Readonly<Record<number, string>> = { 1: 'inet', 2: 'ip', 10: 'ip6' };
const hooks: Readonly<Record<number, BaseChain['hook']>> = {
  [NF_INET_PRE_ROUTING]: 'prerouting',
  [NF_INET_LOCAL_OUT]: 'output',
};

/** The tables with chains that may change a destination: of type nat, before it is decided where a packet goes. */
export function listNatTables(chains: readonly NftChain[]): readonly NftTableName[] {
  const found = new Map<string, NftTableName>();
  for (const chain of chains) if (toBase(chain)) found.set(`${chain.family} ${chain.table}`, chain);
  return [...found.values()].map(({ family, table }) => ({ family, table }));
}

function toBase({ family, name, hook }: NftChain): BaseChain | undefined {
  const place = hook?.type === 'nat' && families[family] !== undefined ? hooks[hook.number] : undefined;
  return (
    hook && place && { chain: name, hook: place, priority: hook.priority, ...(hook.drops ? { drops: hook.drops } : {}) }
  );
}

/** @param sets - by name, those of them that could be read */
export function buildNftTable(
  name: NftTableName,
  chains: readonly NftChain[],
  rules: readonly NftRule[],
  sets: ReadonlyMap<string, ReadSet>,
): RuleTable {
  const isOwn = (one: NftTableName) => one.family === name.family && one.table === name.table;
  const byChain = new Map<string, Rule[]>(chains.filter(isOwn).map((chain) => [chain.name, []]));
  for (const rule of rules) if (isOwn(rule)) byChain.get(rule.chain)?.push(readNftRule(rule, sets));
  return {
    name: `${families[name.family] ?? name.family} ${name.table}`,
    by: 'nf_tables',
    bases: chains.filter(isOwn).flatMap((chain) => toBase(chain) ?? []),
    chains: byChain,
    conditions: conditionsOfFamily(name),
  };
}
