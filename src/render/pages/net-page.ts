// What a network namespace has besides links, as lines below them.
import type { NetRow, Wiring } from '../../analysis/wiring/net-rows.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Network } from '../../model/snapshot/schema.ts';
import { nameNetwork } from '../wiring/network-words.ts';
import { describeRoute } from '../wiring/route-words.ts';
import { escapeText } from '../words/escape.ts';
import { formatKnown } from '../words/unknown.ts';

/** "net:[4026532992], docker:web, leader 812, 3 processes"; safe for a terminal. */
export function titleNetwork(wiring: Wiring, { inode }: Network): string {
  const namespace = wiring.namespaceOf(inode);
  const parts = [formatNamespace('net', inode), nameNetwork(wiring, inode)];
  if (namespace) {
    const { leader, count } = namespace.processes;
    if (leader !== null) parts.push(`leader ${leader}`);
    parts.push(count === 0 ? 'no process' : count === 1 ? '1 process' : `${count} processes`);
  }
  return escapeText(parts.join(', '));
}

/** Routes and counts, a line each; safe for a terminal. */
export function describeRest(network: Network, links: readonly NetRow[]): readonly string[] {
  const { routes, neighbours, sockets, conntrack } = network;
  const names = new Map(links.flatMap(({ wired }) => (wired ? [[wired.link.index, wired.link.name] as const] : [])));
  const lines = isKnown(routes)
    ? [
        ...routes.list.slice(0, maxRoutes).map((route) => `route ${describeRoute(route, names)}`),
        ...(routes.count > maxRoutes
          ? [`route and ${routes.count - maxRoutes}${routes.cut ? ' or more' : ''} others`]
          : []),
      ]
    : [`routes: ${formatKnown(routes, () => '')}`];
  const counts = [
    `neighbours: ${formatKnown(neighbours, ({ count, cut }) => `${count}${cut ? ' or more' : ''}`)}`,
    `sockets: ${formatKnown(sockets, ({ tcp, udp, raw }) => `${tcp} tcp, ${udp} udp, ${raw} raw`)}`,
    `tracked connections: ${formatKnown(conntrack, String)}`,
  ];
  return [...lines, counts.join('; ')].map(escapeText);
}

const maxRoutes = 8;
