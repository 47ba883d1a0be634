// Routes in words.
import type { NetworkRoute } from '../../model/snapshot/schema.ts';

/** As ip-route(8) writes it: "default via 172.17.0.1 dev eth0"; not yet safe for a terminal. @param names - of links, by ifindex */
export function describeRoute(
  { to, via, link, table, kind }: NetworkRoute,
  names: Pick<ReadonlyMap<number, string>, 'get'>,
): string {
  return [
    ...(kind === 'unicast' ? [] : [kind]),
    to,
    ...(via === undefined ? [] : ['via', via]),
    ...(link === undefined ? [] : ['dev', names.get(link) ?? `ifindex ${link}`]),
    ...(table === mainTable ? [] : ['table', String(table)]),
  ].join(' ');
}

const mainTable = 254;
