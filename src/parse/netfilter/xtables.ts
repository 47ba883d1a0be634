// The table nat of ip_tables or ip6_tables, as getsockopt(2) gives it: a description, and entries one after another.
import { isLittleEndian, readInt32, readName, sliceBytes, viewBytes } from '../netlink/messages.ts';
import { MalformedError } from '../text/malformed.ts';
import {
  AF_INET,
  AF_INET6,
  type BaseChain,
  exactly,
  linkNameBytes,
  NF_INET_LOCAL_OUT,
  NF_INET_PRE_ROUTING,
  namedAs,
  type PacketCondition,
  type Rule,
  type RuleTable,
  readBig,
  underMask,
  type Verdict,
} from './rules.ts';
import { readXtMatch, readXtTarget } from './xt-extensions.ts';

/** Where things lie in struct ipt_entry and struct ip6t_entry of 64-bit machines. */
const layouts = {
  4: { address: 4, saddr: 0, daddr: 4, smask: 8, dmask: 12, links: 16, protocol: 80, flags: 82, target: 88, size: 112 },
  6: {
    address: 16,
    saddr: 0,
    daddr: 16,
    smask: 32,
    dmask: 48,
    links: 64,
    protocol: 128,
    flags: 131,
    target: 140,
    size: 168,
  },
} as const;

type Layout = (typeof layouts)[4 | 6];

/** struct ipt_getinfo, which struct ip6t_getinfo equals. */
export const xtInfoBytes = 84;
const infoHooks = 32;
const infoEntries = 36;
/** struct xt_entry_match and struct xt_entry_target: a size, a name of 29 bytes, a revision. */
const headBytes = 32;
const revisionAt = 31;
/** IPT_F_GOTO, IP6T_F_GOTO */
const gotoFlags = { 4: 2, 6: 4 } as const;
/** Conditions of the addresses that are turned round: IPT_INV_*. */
const inverse = { in: 1, out: 2, saddr: 8, daddr: 16, protocol: 64 } as const;
const IPT_F_FRAG = 1;
/** A verdict v of netfilter is -v - 1 here. */
const XT_ACCEPT = -2;
const XT_RETURN = -5;

/** Chains that the kernel calls, by the number of their hook. */
const builtIn = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] as const;

/** NF_IP_PRI_NAT_DST */
const natPriority = -100;

/** @throws MalformedError */
export function parseXtables(bytes: Uint8Array, family: 4 | 6): RuleTable {
  if (bytes.length < xtInfoBytes) fail(0, 'the description of a table', bytes.length);
  const info = viewBytes(bytes);
  const hooks = info.getUint32(infoHooks, isLittleEndian);
  const names = new Map<number, string>();
  for (const [number, name] of builtIn.entries())
    if ((hooks & (1 << number)) !== 0) names.set(info.getUint32(infoEntries + 4 * number, isLittleEndian), name);
  const bases: BaseChain[] = [
    { chain: builtIn[NF_INET_PRE_ROUTING], hook: 'prerouting', priority: natPriority },
    { chain: builtIn[NF_INET_LOCAL_OUT], hook: 'output', priority: natPriority },
  ];
  const chains = new EntryParser(bytes.subarray(xtInfoBytes), family, names).parse();
  return {
    name: family === 4 ? 'ip nat' : 'ip6 nat',
    by: 'ip_tables',
    bases: bases.filter(({ chain }) => chains.has(chain)),
    chains,
    conditions: [exactly('family', 1, family === 4 ? AF_INET : AF_INET6)],
  };
}

function fail(at: number, field: string, value: number): never {
  throw new MalformedError(`table nat at byte ${at}`, 1, field, String(value));
}

class EntryParser {
  readonly #view: DataView;
  readonly #layout: Layout;
  readonly #family: 4 | 6;
  readonly #names: Map<number, string>;

  /** @param names - of the chains that the kernel calls, by where they begin */
  constructor(entries: Uint8Array, family: 4 | 6, names: ReadonlyMap<number, string>) {
    this.#view = viewBytes(entries);
    this.#family = family;
    this.#layout = layouts[family];
    this.#names = new Map(names);
  }

  /** Each chain that has a name begins at the hook, or after an entry that says how it is called. */
  parse(): ReadonlyMap<string, readonly Rule[]> {
    const sizes: [at: number, size: number][] = [];
    for (let at = 0; at < this.#view.byteLength; ) {
      const size = this.#readSize(at);
      const name = this.#readHead(at);
      if (name !== undefined) this.#names.set(at + size, name);
      sizes.push([at, size]);
      at += size;
    }
    const chains = new Map<string, Rule[]>();
    let chain: Rule[] = [];
    for (const [at, size] of sizes) {
      const name = this.#names.get(at);
      if (name !== undefined) {
        chain = [];
        chains.set(name, chain);
      }
      if (this.#readHead(at) === undefined) chain.push(this.#readRule(at, at + size));
    }
    return chains;
  }

  #readSize(at: number): number {
    const { size, target } = this.#layout;
    const { byteLength } = this.#view;
    if (at + size > byteLength) fail(at, 'an entry', byteLength - at);
    const start = this.#view.getUint16(at + target, isLittleEndian);
    const next = this.#view.getUint16(at + target + 2, isLittleEndian);
    if (start < size || start + headBytes > next || at + next > byteLength) fail(at, 'the size of an entry', next);
    return next;
  }

  /** The name of the chain that comes next, where an entry is nothing but that. */
  #readHead(at: number): string | undefined {
    const target = at + this.#view.getUint16(at + this.#layout.target, isLittleEndian);
    if (this.#readName(target) !== 'ERROR') return undefined;
    const end = at + this.#view.getUint16(at + this.#layout.target + 2, isLittleEndian);
    return readName(this.#view, target + headBytes, end);
  }

  /** Of a match or a target. */
  #readName(at: number): string {
    return readName(this.#view, at + 2, at + revisionAt);
  }

  #readRule(at: number, end: number): Rule {
    const target = at + this.#view.getUint16(at + this.#layout.target, isLittleEndian);
    const others: string[] = [];
    const conditions = [...this.#readConditions(at, others)];
    if (this.#isFragment(at)) others.push('fragment');
    for (let match = at + this.#layout.size; match < target; ) {
      const size = this.#view.getUint16(match, isLittleEndian);
      if (size < headBytes || match + size > target) fail(match, 'the size of a match', size);
      const read = readXtMatch(this.#readExtension(match, match + size));
      conditions.push(...read.conditions);
      others.push(...read.others);
      match += size;
    }
    return [{ conditions, others, verdict: this.#readVerdict(target, end, at) }];
  }

  #readExtension(at: number, end: number) {
    return {
      name: this.#readName(at),
      revision: this.#view.getUint8(at + revisionAt),
      info: sliceBytes(this.#view, at + headBytes, end),
      family: this.#family === 4 ? AF_INET : AF_INET6,
    };
  }

  #readVerdict(target: number, end: number, entry: number): Verdict {
    if (this.#readName(target) !== '') return readXtTarget(this.#readExtension(target, end)) ?? { kind: 'continue' };
    const code = readInt32(this.#view, target + headBytes, end, 'a verdict');
    if (code === XT_RETURN) return { kind: 'return' };
    if (code < 0) return { kind: code === XT_ACCEPT ? 'accept' : 'drop' };
    // What goes on at the next entry calls nothing.
    if (code === end) return { kind: 'continue' };
    const isGoto = (this.#view.getUint8(entry + this.#layout.flags) & gotoFlags[this.#family]) !== 0;
    return { kind: isGoto ? 'goto' : 'jump', chain: this.#names.get(code) ?? String(code) };
  }

  #isFragment(at: number): boolean {
    return this.#family === 4 && (this.#view.getUint8(at + this.#layout.flags) & IPT_F_FRAG) !== 0;
  }

  *#readConditions(at: number, others: string[]): Generator<PacketCondition> {
    const { address, saddr, daddr, smask, dmask, protocol, flags, links } = this.#layout;
    const turned = this.#view.getUint8(at + flags + 1);
    const bytes = (from: number, count: number) => readBig(sliceBytes(this.#view, at + from, at + from + count));
    const number = this.#view.getUint16(at + protocol, isLittleEndian);
    if (number !== 0) yield { ...exactly('protocol', 1, number), not: (turned & inverse.protocol) !== 0 };
    const compared = [
      ['saddr', saddr, smask],
      ['daddr', daddr, dmask],
    ] as const;
    for (const [field, value, mask] of compared) {
      const range = underMask(bytes(value, address), bytes(mask, address), address);
      if (!range) others.push(`mask of ${field}`);
      else if (bytes(mask, address) !== 0n)
        yield { field, width: address, not: (turned & inverse[field]) !== 0, ranges: [range] };
    }
    for (const [place, field] of (['in', 'out'] as const).entries()) {
      const [name, mask] = [place, place + 2].map((one) => {
        const from = at + links + one * linkNameBytes;
        return sliceBytes(this.#view, from, from + linkNameBytes);
      });
      const compare = mask?.lastIndexOf(0xff) ?? -1;
      if (name && compare >= 0) {
        const ranges = [namedAs(name.subarray(0, compare + 1), linkNameBytes)];
        yield { field, width: linkNameBytes, not: (turned & inverse[field]) !== 0, ranges };
      }
    }
  }
}
