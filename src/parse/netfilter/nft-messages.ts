// Messages of nf_tables about chains, rules, sets and their elements: the dumps that nscope asks for, and the answers.
import {
  checkBody,
  headBytes,
  isLittleEndian,
  type MessageEnd,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  readName,
  sliceBytes,
  viewBytes,
  walkAttributes,
  walkMessages,
} from '../netlink/messages.ts';
import { MalformedError } from '../text/malformed.ts';
import { encodeText } from '../text/text.ts';

/** include/uapi/linux/netfilter/nfnetlink.h, nf_tables.h. */
const NFNL_SUBSYS_NFTABLES = 10 << 8;
const NFT_MSG_NEWTABLE = 0;
const NFT_MSG_GETTABLE = 1;
const NFT_MSG_NEWCHAIN = 3;
const NFT_MSG_GETCHAIN = 4;
const NFT_MSG_NEWRULE = 6;
const NFT_MSG_GETRULE = 7;
const NFT_MSG_NEWSET = 9;
const NFT_MSG_GETSET = 10;
const NFT_MSG_NEWSETELEM = 12;
const NFT_MSG_GETSETELEM = 13;
const NFTA_TABLE_FLAGS = 2;
const NFT_TABLE_F_DORMANT = 1;
/** The first attribute of tables, chains, rules, sets and lists of elements. */
const NFTA_TABLE = 1;
const NFTA_CHAIN_NAME = 3;
const NFTA_CHAIN_HOOK = 4;
const NFTA_CHAIN_POLICY = 5;
const NFTA_CHAIN_TYPE = 7;
const NFTA_HOOK_HOOKNUM = 1;
const NFTA_HOOK_PRIORITY = 2;
const NFTA_RULE_CHAIN = 2;
const NFTA_RULE_EXPRESSIONS = 4;
const NFTA_EXPR_NAME = 1;
const NFTA_EXPR_DATA = 2;
const NFTA_SET_NAME = 2;
const NFTA_SET_FLAGS = 3;
const NFTA_SET_KEY_LEN = 5;
const NFTA_SET_EXPR = 17;
const NFTA_SET_EXPRESSIONS = 18;
const NFTA_SET_ELEM_LIST_SET = 2;
const NFTA_SET_ELEM_LIST_ELEMENTS = 3;
const NFTA_SET_ELEM_KEY = 1;
const NFTA_SET_ELEM_DATA = 2;
const NFTA_SET_ELEM_FLAGS = 3;
const NFTA_SET_ELEM_EXPR = 7;
const NFTA_SET_ELEM_KEY_END = 10;
const NFTA_SET_ELEM_EXPRESSIONS = 11;
const NFTA_DATA_VALUE = 1;
const NFTA_DATA_VERDICT = 2;
const NFTA_VERDICT_CODE = 1;
const NFTA_VERDICT_CHAIN = 2;
const NLM_F_DUMP_INTR = 0x10;

/** struct nfgenmsg: the family, a version, a number that nothing is made of. */
const generalBytes = 4;

/** The table of a chain, a rule or a set. */
export interface NftTableName {
  /** NFPROTO_*: 1 inet, 2 ip, 10 ip6. */
  readonly family: number;
  readonly table: string;
}

/** All tables. */
export function buildTableDump(sequence: number): Uint8Array {
  return buildDump(NFT_MSG_GETTABLE, sequence, 0, []);
}

/** All chains of all tables. */
export function buildChainDump(sequence: number): Uint8Array {
  return buildDump(NFT_MSG_GETCHAIN, sequence, 0, []);
}

export function buildRuleDump(sequence: number, { family, table }: NftTableName): Uint8Array {
  return buildDump(NFT_MSG_GETRULE, sequence, family, [[NFTA_TABLE, table]]);
}

export function buildSetDump(sequence: number, { family, table }: NftTableName): Uint8Array {
  return buildDump(NFT_MSG_GETSET, sequence, family, [[NFTA_TABLE, table]]);
}

export function buildElementDump(sequence: number, { family, table }: NftTableName, set: string): Uint8Array {
  return buildDump(NFT_MSG_GETSETELEM, sequence, family, [
    [NFTA_TABLE, table],
    [NFTA_SET_ELEM_LIST_SET, set],
  ]);
}

function buildDump(
  message: number,
  sequence: number,
  family: number,
  names: readonly (readonly [attribute: number, name: string])[],
): Uint8Array {
  const attributes = names.map(([attribute, name]) => {
    const text = encodeText(`${name}\0`);
    const bytes = new Uint8Array((4 + text.length + 3) & ~3);
    const view = viewBytes(bytes);
    view.setUint16(0, 4 + text.length, isLittleEndian);
    view.setUint16(2, attribute, isLittleEndian);
    bytes.set(text, 4);
    return bytes;
  });
  const head = new Uint8Array(headBytes + generalBytes);
  const view = viewBytes(head);
  const size = attributes.reduce((sum, { length }) => sum + length, head.length);
  view.setUint32(0, size, isLittleEndian);
  view.setUint16(4, NFNL_SUBSYS_NFTABLES | message, isLittleEndian);
  view.setUint16(6, NLM_F_REQUEST | NLM_F_DUMP, isLittleEndian);
  view.setUint32(8, sequence, isLittleEndian);
  head[headBytes] = family;
  const bytes = new Uint8Array(size);
  bytes.set(head);
  let at = head.length;
  for (const attribute of attributes) {
    bytes.set(attribute, at);
    at += attribute.length;
  }
  return bytes;
}

export interface NftTable extends NftTableName {
  /** The kernel asks none of its chains. */
  readonly isDormant: boolean;
}

export interface NftChain extends NftTableName {
  readonly name: string;
  /** Of a base chain. */
  readonly hook:
    | { readonly number: number; readonly priority: number; readonly type: string; readonly drops?: true }
    | undefined;
}

/** An expression of a rule: its attributes, which nothing was made of yet. */
export interface NftExpression {
  readonly name: string;
  readonly attributes: ReadonlyMap<number, Uint8Array>;
}

export interface NftRule extends NftTableName {
  readonly chain: string;
  readonly expressions: readonly NftExpression[];
}

export interface NftSet extends NftTableName {
  readonly name: string;
  readonly flags: number;
  readonly keyBytes: number;
  /** The names of expressions that each of its elements has: "limit". */
  readonly expressions: readonly string[];
}

/** What a register or an element holds: bytes, or what happens to the packet. */
export type NftData =
  | { readonly bytes: Uint8Array; readonly code?: undefined }
  | { readonly code: number; readonly chain: string };

export interface NftElement {
  /** Undefined of the one that stands for all others. */
  readonly key: Uint8Array | undefined;
  /** Of a concatenation with ranges: belongs to it. */
  readonly keyEnd: Uint8Array | undefined;
  readonly data: NftData | undefined;
  readonly flags: number;
  /** Its own: the names of expressions that are evaluated when it is found. */
  readonly expressions: readonly string[];
}

export interface NftDump<T> extends MessageEnd {
  readonly records: readonly T[];
  /** The rules were changed while they were dumped. */
  readonly changed: boolean;
}

/** @throws MalformedError */
export function parseTables(bytes: Uint8Array): NftDump<NftTable> {
  return parseDump(bytes, NFT_MSG_NEWTABLE, (family, attributes) => [
    {
      family,
      table: readText(attributes.get(NFTA_TABLE)),
      isDormant: (readNumber(attributes.get(NFTA_TABLE_FLAGS)) & NFT_TABLE_F_DORMANT) !== 0,
    },
  ]);
}

/** @throws MalformedError */
export function parseChains(bytes: Uint8Array): NftDump<NftChain> {
  return parseDump(bytes, NFT_MSG_NEWCHAIN, (family, attributes) => {
    const hook = attributes.get(NFTA_CHAIN_HOOK);
    const parts = hook && readAttributes(hook);
    return [
      {
        family,
        table: readText(attributes.get(NFTA_TABLE)),
        name: readText(attributes.get(NFTA_CHAIN_NAME)),
        hook: parts && {
          number: readNumber(parts.get(NFTA_HOOK_HOOKNUM)),
          priority: readNumber(parts.get(NFTA_HOOK_PRIORITY)) | 0,
          type: readText(attributes.get(NFTA_CHAIN_TYPE)),
          // NF_DROP is 0, and so is what is absent.
          ...(attributes.has(NFTA_CHAIN_POLICY) && readNumber(attributes.get(NFTA_CHAIN_POLICY)) === 0
            ? { drops: true as const }
            : {}),
        },
      },
    ];
  });
}

/** @throws MalformedError */
export function parseRules(bytes: Uint8Array): NftDump<NftRule> {
  return parseDump(bytes, NFT_MSG_NEWRULE, (family, attributes) => [
    {
      family,
      table: readText(attributes.get(NFTA_TABLE)),
      chain: readText(attributes.get(NFTA_RULE_CHAIN)),
      expressions: listNested(attributes.get(NFTA_RULE_EXPRESSIONS)).map((item) => {
        const expression = readAttributes(item);
        const data = expression.get(NFTA_EXPR_DATA);
        return {
          name: readText(expression.get(NFTA_EXPR_NAME)),
          attributes: data ? readAttributes(data) : new Map(),
        };
      }),
    },
  ]);
}

/** @throws MalformedError */
export function parseSets(bytes: Uint8Array): NftDump<NftSet> {
  return parseDump(bytes, NFT_MSG_NEWSET, (family, attributes) => [
    {
      family,
      table: readText(attributes.get(NFTA_TABLE)),
      name: readText(attributes.get(NFTA_SET_NAME)),
      flags: readNumber(attributes.get(NFTA_SET_FLAGS)),
      keyBytes: readNumber(attributes.get(NFTA_SET_KEY_LEN)),
      expressions: nameExpressions(attributes.get(NFTA_SET_EXPR), attributes.get(NFTA_SET_EXPRESSIONS)),
    },
  ]);
}

/** Of one set. @throws MalformedError */
export function parseElements(bytes: Uint8Array): NftDump<NftElement> {
  return parseDump(bytes, NFT_MSG_NEWSETELEM, (_family, attributes) =>
    listNested(attributes.get(NFTA_SET_ELEM_LIST_ELEMENTS)).map((item) => {
      const element = readAttributes(item);
      return {
        key: readData(element.get(NFTA_SET_ELEM_KEY))?.bytes,
        keyEnd: readData(element.get(NFTA_SET_ELEM_KEY_END))?.bytes,
        data: readData(element.get(NFTA_SET_ELEM_DATA)),
        flags: readNumber(element.get(NFTA_SET_ELEM_FLAGS)),
        expressions: nameExpressions(element.get(NFTA_SET_ELEM_EXPR), element.get(NFTA_SET_ELEM_EXPRESSIONS)),
      };
    }),
  );
}

/** @param only - where there is one; several are in a list */
function nameExpressions(only: Uint8Array | undefined, list: Uint8Array | undefined): readonly string[] {
  return [...(only ? [only] : []), ...listNested(list)].map((one) => readText(readAttributes(one).get(NFTA_EXPR_NAME)));
}

/** A value, or a verdict; undefined for none. @throws MalformedError */
export function readData(bytes: Uint8Array | undefined): (NftData & { readonly bytes?: Uint8Array }) | undefined {
  if (!bytes) return undefined;
  const attributes = readAttributes(bytes);
  const value = attributes.get(NFTA_DATA_VALUE);
  if (value) return { bytes: value };
  const verdict = attributes.get(NFTA_DATA_VERDICT);
  if (!verdict) return undefined;
  const parts = readAttributes(verdict);
  return { code: readNumber(parts.get(NFTA_VERDICT_CODE)) | 0, chain: readText(parts.get(NFTA_VERDICT_CHAIN)) };
}

/** A number in the order of the network, as nf_tables has all of its own; 0 where it is absent. */
export function readNumber(bytes: Uint8Array | undefined): number {
  return bytes && bytes.length >= 4 ? viewBytes(bytes).getUint32(0) : 0;
}

export function readText(bytes: Uint8Array | undefined): string {
  return bytes ? readName(viewBytes(bytes), 0, bytes.length) : '';
}

function readAttributes(bytes: Uint8Array): Map<number, Uint8Array> {
  const view = viewBytes(bytes);
  const found = new Map<number, Uint8Array>();
  walkAttributes(view, 0, bytes.length, (type, from, to) => found.set(type, sliceBytes(view, from, to)));
  return found;
}

/** Attributes of one type, one after another. */
function listNested(bytes: Uint8Array | undefined): Uint8Array[] {
  const found: Uint8Array[] = [];
  if (!bytes) return found;
  const view = viewBytes(bytes);
  walkAttributes(view, 0, bytes.length, (_type, from, to) => found.push(sliceBytes(view, from, to)));
  return found;
}

function parseDump<T>(
  bytes: Uint8Array,
  wanted: number,
  parse: (family: number, attributes: ReadonlyMap<number, Uint8Array>) => readonly T[],
): NftDump<T> {
  const view = viewBytes(bytes);
  const records: T[] = [];
  let changed = false;
  const end = walkMessages(view, (type, body, stop, flags) => {
    if (type !== (NFNL_SUBSYS_NFTABLES | wanted))
      throw new MalformedError(`netlink message at byte ${body - headBytes}`, 1, 'an answer of nf_tables', `${type}`);
    checkBody(body, stop, generalBytes, 'a message of nf_tables');
    if ((flags & NLM_F_DUMP_INTR) !== 0) changed = true;
    const attributes = readAttributes(sliceBytes(view, body + generalBytes, stop));
    for (const record of parse(view.getUint8(body), attributes)) records.push(record);
    return false;
  });
  return { ...end, records, changed };
}
