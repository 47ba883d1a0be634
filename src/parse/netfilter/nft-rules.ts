// Rules of nf_tables as conditions and what they do: each expression works on what those before it loaded.

import { findField } from './nft-fields.ts';
import {
  type NftData,
  type NftExpression,
  type NftRule,
  type NftTableName,
  readData,
  readNumber,
  readText,
} from './nft-messages.ts';
import { conditionOf, type LoadedField, Registers, rangeOf } from './nft-registers.ts';
import type { NftEntry, ReadSet } from './nft-sets.ts';
import {
  AF_INET,
  AF_INET6,
  exactly,
  type NatDestination,
  NF_NAT_RANGE_NETMAP,
  type PacketCondition,
  type Rule,
  type RuleWay,
  readBig,
  type ValueRange,
  type Verdict,
} from './rules.ts';
import { readXtMatch, readXtTarget } from './xt-extensions.ts';

/** include/uapi/linux/netfilter/nf_tables.h: the attributes of expressions. */
const NFTA_DREG_FIRST = 1;
const NFTA_META_SREG = 3;
const NFTA_CT_SREG = 4;
const NFTA_CMP = { sreg: 1, op: 2, data: 3 } as const;
const NFTA_RANGE = { sreg: 1, op: 2, from: 3, to: 4 } as const;
const NFTA_BITWISE = { sreg: 1, dreg: 2, mask: 4, xor: 5, op: 6 } as const;
const NFTA_IMMEDIATE = { dreg: 1, data: 2 } as const;
const NFTA_LOOKUP = { set: 1, sreg: 2, dreg: 3, flags: 5 } as const;
const NFTA_NAT = { type: 1, family: 2, addressMin: 3, addressMax: 4, portMin: 5, portMax: 6, flags: 7 } as const;
const NFTA_REDIR = { portMin: 1, portMax: 2 } as const;
const NFTA_XT = { name: 1, revision: 2, info: 3 } as const;
const NFT_NAT_DNAT = 1;
const NFT_LOOKUP_F_INV = 1;
const [NFT_CMP_EQ, NFT_CMP_NEQ, NFT_CMP_LT, NFT_CMP_LTE, NFT_CMP_GT, NFT_CMP_GTE] = [0, 1, 2, 3, 4, 5];

/** What has no part in where a packet goes. */
const withoutEffect: ReadonlySet<string> = new Set([
  'counter',
  'log',
  'notrack',
  'last',
  'dup',
  'exthdr-set',
  'synproxy',
]);

interface State {
  readonly conditions: readonly PacketCondition[];
  readonly others: readonly string[];
  readonly registers: Registers;
}

/** @param sets - those of the table that were read, by name */
export function readNftRule({ expressions, family }: NftRule, sets: ReadonlyMap<string, ReadSet>): Rule {
  const ways: RuleWay[] = [];
  const reader = new RuleReader(expressions, sets, family, ways);
  reader.goOn(0, { conditions: [], others: [], registers: new Registers() });
  return ways;
}

/** The sets whose elements a rule needs. */
export function listLookups({ expressions }: NftRule): readonly string[] {
  return expressions.flatMap(({ name, attributes }) =>
    name === 'lookup' ? [readText(attributes.get(NFTA_LOOKUP.set))] : [],
  );
}

/** What holds of each packet that a table sees. */
export function conditionsOfFamily({ family }: Pick<NftTableName, 'family'>): readonly PacketCondition[] {
  return family === AF_INET || family === AF_INET6 ? [exactly('family', 1, family)] : [];
}

class RuleReader {
  readonly #expressions: readonly NftExpression[];
  readonly #sets: ReadonlyMap<string, ReadSet>;
  readonly #family: number;
  readonly #ways: RuleWay[];

  constructor(
    expressions: readonly NftExpression[],
    sets: ReadonlyMap<string, ReadSet>,
    family: number,
    ways: RuleWay[],
  ) {
    this.#expressions = expressions;
    this.#sets = sets;
    this.#family = family;
    this.#ways = ways;
  }

  /** Goes through the expressions from one on; maps make several ways of one. */
  goOn(from: number, state: State): void {
    for (let at = from; at < this.#expressions.length; at++) {
      const expression = this.#expressions[at] as NftExpression;
      if (expression.name === 'lookup' && expression.attributes.has(NFTA_LOOKUP.dreg)) {
        this.#branch(at, expression.attributes, state);
        return;
      }
      const next = this.#step(expression, state);
      if ('kind' in next) {
        this.#end(state, next);
        return;
      }
      state = next;
    }
    this.#end(state, { kind: 'continue' });
  }

  #end({ conditions, others }: State, verdict: Verdict): void {
    // Packets of the other family are not for it: nft_nat_inet_eval().
    const address = verdict.kind === 'redirect' ? verdict.to.address : undefined;
    const family = address && address !== 'own' ? [exactly('family', 1, address.width === 4 ? AF_INET : AF_INET6)] : [];
    this.#ways.push({ conditions: [...conditions, ...family], others, verdict });
  }

  #step(expression: NftExpression, state: State): State | Verdict {
    const { name, attributes } = expression;
    const { registers } = state;
    const number = (attribute: number) => readNumber(attributes.get(attribute));
    switch (name) {
      case 'meta':
        if (attributes.has(NFTA_META_SREG)) return state;
        return load(state, number(NFTA_DREG_FIRST), findField(expression, this.#known(state)));
      case 'payload':
        return attributes.has(NFTA_DREG_FIRST)
          ? load(state, number(NFTA_DREG_FIRST), findField(expression, this.#known(state)))
          : withOther(state, 'payload is changed');
      case 'fib':
        return load(state, number(NFTA_DREG_FIRST), findField(expression, this.#known(state)));
      case 'cmp':
        return compare(state, registers.field(number(NFTA_CMP.sreg)), number(NFTA_CMP.op), attributes);
      case 'range': {
        const loaded = registers.field(number(NFTA_RANGE.sreg));
        const [from, to] = [NFTA_RANGE.from, NFTA_RANGE.to].map((one) => readData(attributes.get(one))?.bytes);
        return restrict(state, loaded, from && to && rangeOf(loaded, from, to), number(NFTA_RANGE.op) === 1);
      }
      case 'bitwise':
        return load(state, number(NFTA_BITWISE.dreg), mask(registers.field(number(NFTA_BITWISE.sreg)), attributes));
      case 'immediate': {
        const data = readData(attributes.get(NFTA_IMMEDIATE.data));
        if (data?.code !== undefined) return readVerdict(data);
        const bytes = data?.bytes;
        return bytes ? { ...state, registers: registers.with(number(NFTA_IMMEDIATE.dreg), { bytes }) } : state;
      }
      case 'lookup':
        return this.#contain(state, attributes);
      case 'nat':
        return readNat(attributes, registers, this.#family) ?? { kind: 'accept' };
      case 'redir':
        return readRedir(attributes, registers);
      // What a program that takes packets from a queue lets through comes to no other rule of the chain.
      case 'masq':
      case 'queue':
        return { kind: 'accept' };
      case 'reject':
        return { kind: 'drop' };
      case 'ct':
        return attributes.has(NFTA_CT_SREG) ? state : this.#unknown(expression, state);
      case 'match':
      case 'target':
        return this.#extension(name, attributes, state);
      default:
        return withoutEffect.has(name) ? state : this.#unknown(expression, state);
    }
  }

  /** What is true of the packet where the rule has come to. */
  #known({ conditions }: State): readonly PacketCondition[] {
    return [...conditionsOfFamily({ family: this.#family }), ...conditions];
  }

  /** Whether it loads a register or is a condition: what it does is not understood. */
  #unknown({ name, attributes }: NftExpression, state: State): State {
    const unknown: LoadedField = { field: undefined, name, width: 0, loaded: 4 };
    const loads: Readonly<Record<string, number>> = {
      numgen: 1,
      hash: 2,
      ct: 1,
      rt: 1,
      osf: 1,
      socket: 2,
      tunnel: 2,
      byteorder: 2,
      exthdr: 1,
      xfrm: 1,
    };
    const attribute = loads[name];
    const register = attribute === undefined ? 0 : readNumber(attributes.get(attribute));
    return register === 0 ? withOther(state, name) : load(state, register, unknown);
  }

  #extension(kind: 'match' | 'target', attributes: ReadonlyMap<number, Uint8Array>, state: State): State | Verdict {
    const extension = {
      name: readText(attributes.get(NFTA_XT.name)),
      revision: readNumber(attributes.get(NFTA_XT.revision)),
      info: attributes.get(NFTA_XT.info) ?? new Uint8Array(),
      family: this.#family,
    };
    if (kind === 'target') return readXtTarget(extension) ?? state;
    const { conditions, others } = readXtMatch(extension);
    return { ...state, conditions: [...state.conditions, ...conditions], others: [...state.others, ...others] };
  }

  /** A set that has the key, or has it not. */
  #contain(state: State, attributes: ReadonlyMap<number, Uint8Array>): State {
    const name = readText(attributes.get(NFTA_LOOKUP.set));
    const set = this.#sets.get(name);
    const not = (readNumber(attributes.get(NFTA_LOOKUP.flags)) & NFT_LOOKUP_F_INV) !== 0;
    const [field, ...more] = set ? state.registers.key(readNumber(attributes.get(NFTA_LOOKUP.sreg)), set.keyBytes) : [];
    if (!set || !field || more.length > 0) return withOther(state, `set ${name}`);
    const ranges = set.entries.map(({ keys }) => keys && rangeOf(field, keys.first, keys.last));
    if (ranges.some((range) => range === undefined)) return withOther(state, `${field.name} in set ${name}`);
    return restrictTo(evaluate(state, set), field, ranges as ValueRange[], not);
  }

  /** A map: a way for each of its elements. */
  #branch(at: number, attributes: ReadonlyMap<number, Uint8Array>, state: State): void {
    const name = readText(attributes.get(NFTA_LOOKUP.set));
    const set = this.#sets.get(name);
    const register = readNumber(attributes.get(NFTA_LOOKUP.dreg));
    if (!set) {
      const unread = withOther(state, `map ${name}`);
      // Where a verdict map leads is not known; what may come after it is.
      if (register === 0) this.#end(unread, { kind: 'continue' });
      else this.goOn(at + 1, unread);
      return;
    }
    const fields = state.registers.key(readNumber(attributes.get(NFTA_LOOKUP.sreg)), set.keyBytes);
    for (const entry of set.entries) {
      const chosen = choose(evaluate(state, set), fields, entry);
      const { data } = entry;
      if (data?.code !== undefined) this.#verdict(at, chosen, readVerdict(data));
      else if (data)
        this.goOn(at + 1, { ...chosen, registers: chosen.registers.with(register, { bytes: data.bytes }) });
    }
  }

  #verdict(at: number, state: State, verdict: Verdict): void {
    if (verdict.kind === 'continue') this.goOn(at + 1, state);
    else this.#end(state, verdict);
  }
}

/** What the elements of a set have besides: nft_set_elem_update_expr(). */
function evaluate(state: State, { name, expressions }: ReadSet): State {
  return expressions
    .filter((expression) => !withoutEffect.has(expression))
    .reduce((all, expression) => withOther(all, `${expression} of set ${name}`), state);
}

function load(state: State, register: number, field: LoadedField | undefined): State {
  return field ? { ...state, registers: state.registers.with(register, field) } : state;
}

function withOther(state: State, name: string): State {
  return { ...state, others: [...state.others, name] };
}

function restrict(state: State, loaded: LoadedField, range: ValueRange | undefined, not: boolean): State {
  return range ? restrictTo(state, loaded, [range], not) : withOther(state, loaded.name);
}

function restrictTo(state: State, loaded: LoadedField, ranges: readonly ValueRange[], not: boolean): State {
  // All is outside of a set that is empty.
  if (not && ranges.length === 0) return state;
  return { ...state, conditions: [...state.conditions, conditionOf(loaded, ranges, not)] };
}

function compare(
  state: State,
  loaded: LoadedField,
  operator: number,
  attributes: ReadonlyMap<number, Uint8Array>,
): State {
  const bytes = readData(attributes.get(NFTA_CMP.data))?.bytes;
  const range = bytes && rangeOf(loaded, bytes);
  if (!range) return withOther(state, loaded.name);
  const largest = (1n << BigInt(8 * loaded.width)) - 1n;
  switch (operator) {
    case NFT_CMP_EQ:
    case NFT_CMP_NEQ:
      return restrict(state, loaded, range, operator === NFT_CMP_NEQ);
    case NFT_CMP_LT:
      return restrict(state, loaded, { first: 0n, last: range.first - 1n }, false);
    case NFT_CMP_LTE:
      return restrict(state, loaded, { first: 0n, last: range.last }, false);
    case NFT_CMP_GT:
      return restrict(state, loaded, { first: range.last + 1n, last: largest }, false);
    case NFT_CMP_GTE:
      return restrict(state, loaded, { first: range.first, last: largest }, false);
    default:
      return withOther(state, loaded.name);
  }
}

/** A mask over a field; anything else that is done to bits is not understood. */
function mask(loaded: LoadedField, attributes: ReadonlyMap<number, Uint8Array>): LoadedField {
  const bits = readData(attributes.get(NFTA_BITWISE.mask))?.bytes;
  const turned = readData(attributes.get(NFTA_BITWISE.xor))?.bytes;
  const isMask = readNumber(attributes.get(NFTA_BITWISE.op)) === 0 && turned?.every((byte) => byte === 0);
  if (!bits || !isMask || loaded.isOfHost || loaded.mask !== undefined || loaded.loaded !== loaded.width)
    return { ...loaded, field: undefined };
  return { ...loaded, mask: readBig(bits.subarray(0, loaded.width)) };
}

/** The state of packets that have the key of one element. */
function choose(state: State, fields: readonly (LoadedField & { readonly at: number })[], { keys }: NftEntry): State {
  if (!keys) return withOther(state, 'no other element of the map');
  let chosen = state;
  for (const field of fields) {
    const part = (bytes: Uint8Array) => bytes.subarray(field.at, field.at + field.loaded);
    const first = part(keys.first);
    chosen = restrict(chosen, field, rangeOf(field, first, keys.first === keys.last ? first : part(keys.last)), false);
  }
  return chosen;
}

/** enum nft_verdicts, and the verdicts of netfilter. */
function readVerdict({ code, chain }: Extract<NftData, { readonly code: number }>): Verdict {
  switch (code) {
    case 1:
      return { kind: 'accept' };
    case -1:
    case -2:
      return { kind: 'continue' };
    case -3:
      return { kind: 'jump', chain };
    case -4:
      return { kind: 'goto', chain };
    case -5:
      return { kind: 'return' };
    default:
      return { kind: 'drop' };
  }
}

/** Undefined for a rule that changes where packets come from. */
function readNat(
  attributes: ReadonlyMap<number, Uint8Array>,
  registers: Registers,
  ownFamily: number,
): Verdict | undefined {
  const number = (attribute: number) => readNumber(attributes.get(attribute));
  if (number(NFTA_NAT.type) !== NFT_NAT_DNAT) return undefined;
  const width = (number(NFTA_NAT.family) || ownFamily) === AF_INET ? 4 : 16;
  const address = readRange(attributes, registers, NFTA_NAT.addressMin, NFTA_NAT.addressMax, width);
  const port = readRange(attributes, registers, NFTA_NAT.portMin, NFTA_NAT.portMax, 2);
  const isPrefix = (number(NFTA_NAT.flags) & NF_NAT_RANGE_NETMAP) !== 0;
  const to: NatDestination = { address: address && { ...address, width }, port, ...(isPrefix ? { isPrefix } : {}) };
  return { kind: 'redirect', to };
}

function readRedir(attributes: ReadonlyMap<number, Uint8Array>, registers: Registers): Verdict {
  const port = readRange(attributes, registers, NFTA_REDIR.portMin, NFTA_REDIR.portMax, 2);
  return { kind: 'redirect', to: { address: 'own', port } };
}

/** Undefined where the rule names no register, null where that was not given by the rule. */
function readRange(
  attributes: ReadonlyMap<number, Uint8Array>,
  registers: Registers,
  min: number,
  max: number,
  width: number,
): ValueRange | null | undefined {
  const from = attributes.get(min);
  if (!from) return undefined;
  const first = registers.bytes(readNumber(from), width);
  const last = registers.bytes(readNumber(attributes.get(max) ?? from), width);
  return first && last ? { first: readBig(first), last: readBig(last) } : null;
}
