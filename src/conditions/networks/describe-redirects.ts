// Redirects as a snapshot has them: what must be true of a packet as addresses, ports and words.
import type { Network, Redirect } from '../../model/snapshot/schema.ts';
import type { FollowedRules, FoundRedirect } from '../../parse/netfilter/follow-rules.ts';
import {
  AF_INET,
  type NatDestination,
  type PacketCondition,
  type PacketField,
  RTN_LOCAL,
  type ValueRange,
  writeBig,
} from '../../parse/netfilter/rules.ts';
import { isGiven } from '../../parse/netfilter/selections.ts';
import { formatIp } from '../../parse/netlink/addresses.ts';
import { parseText } from '../../parse/text/text.ts';

type Redirects = Extract<NonNullable<Network['redirects']>, { readonly list: unknown }>;

/** Those that differ in nothing but the hook are one. */
export function describeRedirects({ redirects, cut }: FollowedRules): Redirects {
  const found = new Map<string, Redirect & { hooks: FoundRedirect['hook'][] }>();
  for (const redirect of redirects) {
    const described = describeRedirect(redirect);
    const key = JSON.stringify(described);
    const same = found.get(key);
    if (!same) found.set(key, { hooks: [redirect.hook], ...described });
    else if (!same.hooks.includes(redirect.hook)) same.hooks.push(redirect.hook);
  }
  return { list: [...found.values()], ...(cut ? { cut } : {}) };
}

function describeRedirect({ by, table, chain, conditions, others, to }: FoundRedirect): Omit<Redirect, 'hooks'> {
  const wanted = new Map<PacketField, PacketCondition>();
  const words: string[] = [];
  for (const condition of conditions) {
    const before = wanted.get(condition.field);
    if (!condition.not)
      wanted.set(condition.field, before ? { ...condition, ranges: intersect(before, condition) } : condition);
  }
  for (const condition of conditions)
    if (condition.not && !isGiven(condition, { conditions: [...wanted.values()] }))
      words.push(`not ${describeCondition(condition)}`);
  const [protocol, daddr, dport, type] = (['protocol', 'daddr', 'dport', 'daddrType'] as const).map((field) =>
    wanted.get(field),
  );
  const isOwn = type?.ranges.every(({ first, last }) => first === BigInt(RTN_LOCAL) && last === first);
  const family = findFamily(wanted);
  const told = new Set<PacketField>([
    'protocol',
    'daddr',
    'dport',
    'family',
    ...(isOwn ? (['daddrType'] as const) : []),
  ]);
  for (const condition of wanted.values())
    if (!told.has(condition.field) && !isFromProcess(condition)) words.push(describeCondition(condition));
  return {
    ...{ by, table, chain },
    ...(family ? { family } : {}),
    ...(protocol ? { protocol: protocol.ranges.map(formatProtocol).join(' ') } : {}),
    ...(daddr ? { addresses: formatRanges(daddr) } : {}),
    ...(isOwn ? { own: true as const } : {}),
    ...(dport ? { ports: formatRanges(dport) } : {}),
    conditions: words,
    others: [...others],
    to: describeDestination(to),
  };
}

/** That it came by no link: the hook says so. */
function isFromProcess({ field, ranges }: PacketCondition): boolean {
  return field === 'in' && ranges.every(({ last }) => last === 0n);
}

function findFamily(wanted: ReadonlyMap<PacketField, PacketCondition>): 4 | 6 | undefined {
  const [range, ...more] = wanted.get('family')?.ranges ?? [];
  if (range && more.length === 0 && range.first === range.last) return range.first === BigInt(AF_INET) ? 4 : 6;
  const width = (wanted.get('daddr') ?? wanted.get('saddr'))?.width;
  return width === undefined ? undefined : width === 4 ? 4 : 6;
}

function intersect(a: PacketCondition, b: PacketCondition): readonly ValueRange[] {
  return a.ranges.flatMap((one) =>
    b.ranges.flatMap((other) => {
      const first = one.first > other.first ? one.first : other.first;
      const last = one.last < other.last ? one.last : other.last;
      return first <= last ? [{ first, last }] : [];
    }),
  );
}

function describeDestination({ address, port, isPrefix }: NatDestination): Redirect['to'] {
  return {
    ...(address === 'own'
      ? { own: true as const }
      : address
        ? { address: formatAddresses(address, address.width) }
        : {}),
    ...(port ? { port: formatNumbers(port) } : {}),
    ...(address === null || port === null ? { computed: true as const } : {}),
    ...(isPrefix ? { prefix: true as const } : {}),
  };
}

/** Words for a field that has one of these values. */
const prefixes: Readonly<Record<PacketField, string>> = {
  family: 'family',
  protocol: 'protocol',
  daddr: 'to',
  saddr: 'from',
  dport: 'to port',
  sport: 'from port',
  in: 'from link',
  out: 'to link',
  daddrType: 'to an address of type',
  saddrType: 'from an address of type',
};

function describeCondition(condition: PacketCondition): string {
  return `${prefixes[condition.field]} ${formatRanges(condition).join(', ')}`;
}

function formatRanges({ field, width, ranges }: PacketCondition): string[] {
  return ranges.map((range) => {
    switch (field) {
      case 'daddr':
      case 'saddr':
        return formatAddresses(range, width);
      case 'in':
      case 'out':
        return formatName(range, width);
      case 'protocol':
        return formatProtocol(range);
      case 'daddrType':
      case 'saddrType':
        return addressTypes[Number(range.first)] ?? formatNumbers(range);
      case 'family':
        return range.first === BigInt(AF_INET) ? 'IPv4' : 'IPv6';
      default:
        return formatNumbers(range);
    }
  });
}

/** RTN_* of rtnetlink(7) */
const addressTypes: readonly string[] = [
  'unspec',
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
];

function formatNumbers({ first, last }: ValueRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}

function formatProtocol(range: ValueRange): string {
  const names: Readonly<Record<string, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmp6', 132: 'sctp' };
  const text = formatNumbers(range);
  return names[text] ?? text;
}

/** One address, a network, or the first and the last. */
function formatAddresses({ first, last }: ValueRange, width: number): string {
  const write = (value: bigint) => formatIp(writeBig(value, width));
  if (first === last) return write(first);
  const rest = first ^ last;
  const isNetwork = (rest & (rest + 1n)) === 0n && (first & rest) === 0n;
  return isNetwork ? `${write(first)}/${8 * width - rest.toString(2).length}` : `${write(first)}-${write(last)}`;
}

/** A name, or how names begin. */
function formatName({ first, last }: ValueRange, width: number): string {
  const bytes = writeBig(first, width);
  const length = bytes.indexOf(0);
  const name = parseText(length < 0 ? bytes : bytes.subarray(0, length));
  return first === last ? name : `${name}*`;
}
