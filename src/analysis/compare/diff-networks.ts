// Links, addresses, routes and listening sockets that came, went and changed between two snapshots, by network namespace.
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import type { ListeningSocket, Network, NetworkLink, NetworkRoute } from '../../model/snapshot/schema.ts';
import { type ContentChange, type ContentDiff, diffContents, type Uncompared } from './diff-contents.ts';

/** An address of a link. */
export interface NetworkAddress {
  readonly address: string;
  readonly prefix: number;
  /** ifindex. */
  readonly link: number;
}

/** Where not all routes are in both snapshots, how many there are. */
export interface RouteCount {
  readonly count: number;
}

/** A thing of a network namespace, by the inode number of that. */
export type NetworkChange = { readonly namespace: number } & (
  | ({ readonly what: 'link' } & ContentChange<NetworkLink>)
  | ({ readonly what: 'address' } & ContentChange<NetworkAddress>)
  | ({ readonly what: 'route' } & ContentChange<NetworkRoute>)
  | ({ readonly what: 'routes' } & ContentChange<RouteCount>)
  | ({ readonly what: 'socket' } & ContentChange<ListeningSocket>)
);

/**
 * How many neighbours, sockets and connections there are changes all the time, and is not compared.
 * @param namespaces - the network namespaces that are in both snapshots
 */
export function diffNetworks(
  earlier: readonly Network[],
  later: readonly Network[],
  namespaces: readonly number[],
): ContentDiff<NetworkChange> {
  const [before, after] = [earlier, later].map((networks) => new Map(networks.map((one) => [one.inode, one])));
  const changes: NetworkChange[] = [];
  const uncompared: Uncompared[] = [];
  let compared = 0;
  for (const namespace of namespaces) {
    let isCompared = false;
    const moments = { before: before?.get(namespace), after: after?.get(namespace) };
    const compare = <Section extends 'links' | 'addresses' | 'routes' | 'listening'>(
      section: Section,
      diff: (before: Extracted<Section>, after: Extracted<Section>) => readonly WithoutNamespace[],
    ): void => {
      const [a, b] = [readSection(moments.before, section), readSection(moments.after, section)];
      if (isKnown(a) && isKnown(b)) {
        isCompared = true;
        for (const change of diff(a, b)) changes.push({ namespace, ...change } as NetworkChange);
        return;
      }
      for (const [when, value] of [
        ['before', a],
        ['after', b],
      ] as const)
        if (!isKnown<unknown>(value)) uncompared.push({ namespace, what: section, when, why: value as Unknown });
    };
    compare('links', (a, b) =>
      mark(
        'link',
        diffContents(a, b, ({ index, kind }) => `${index} ${kind}`, linkFields),
      ),
    );
    compare('addresses', (a, b) => mark('address', diffContents(a, b, keyOfAll, [])));
    compare('routes', diffRoutes);
    compare('listening', (a, b) => mark('socket', diffContents(a, b, keyOfSocket, ['uid', 'owners'])));
    if (isCompared) compared++;
  }
  return { compared, changes, uncompared };
}

type Extracted<Section extends keyof Network> = Exclude<Network[Section], Unknown>;
type WithoutNamespace = NetworkChange extends infer Change
  ? Change extends unknown
    ? Omit<Change, 'namespace'>
    : never
  : never;

/** Without the counts that grow and shrink with traffic, and the flags, of which the state is one. */
const linkFields = [
  'name',
  'altNames',
  'state',
  'mtu',
  'mac',
  'master',
  'peer',
  'madeIn',
  'device',
  'vlan',
  'vni',
  'table',
  'openedBy',
] as const;

const notThere: Unknown = Object.freeze({ unknown: 'gone', detail: 'it came or ended while networks were read' });

function readSection<Section extends keyof Network>(
  network: Network | undefined,
  section: Section,
): Known<Extracted<Section>> {
  return (network ? network[section] : notThere) as Known<Extracted<Section>>;
}

function mark<What extends string, Change extends object>(
  what: What,
  changes: readonly Change[],
): (Change & { readonly what: What })[] {
  return changes.map((change) => ({ what, ...change }));
}

/** A list that lacks some says nothing of one that is not in it. */
function diffRoutes(before: Extracted<'routes'>, after: Extracted<'routes'>) {
  const isWhole = ({ list, count, cut }: Extracted<'routes'>) => !cut && list.length === count;
  if (isWhole(before) && isWhole(after)) return mark('route', diffContents(before.list, after.list, keyOfAll, []));
  const counts = [{ count: before.count }, { count: after.count }] as const;
  return mark(
    'routes',
    diffContents([counts[0]], [counts[1]], () => '', ['count']),
  );
}

function keyOfAll(thing: object): string {
  return JSON.stringify(Object.entries(thing).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Not by its inode number: what listens again after a restart answers as before. */
function keyOfSocket({ protocol, address, port }: ListeningSocket): string {
  return `${protocol} ${address} ${port}`;
}
