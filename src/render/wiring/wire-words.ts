// Ends of links in words: "peer eth0 in docker:web", "port of br0", "on eth0 of this host".
import type { NetRow, Wiring } from '../../analysis/wiring/net-rows.ts';
import type { WireEnd, WireRole } from '../../analysis/wiring/wires.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import { nameNetwork } from './network-words.ts';

const words: Readonly<Record<WireRole, string>> = {
  peer: 'peer',
  below: 'on',
  above: 'below',
  master: 'port of',
  port: 'ports:',
  'made-in': 'made in',
  process: 'open by',
  device: 'device',
};

/** More ends of one kind than this are counted. */
const maxShown = 3;

/** One text for each role of the ends of a link; not yet safe for a terminal. */
export function describeWires({ network, wiring, wired }: NetRow): readonly string[] {
  const byRole = new Map<WireRole, WireEnd[]>();
  for (const end of wired?.ends ?? []) byRole.set(end.role, [...(byRole.get(end.role) ?? []), end]);
  return [...byRole].map(([role, ends]) => {
    const shown = ends.slice(0, maxShown).map((end) => nameEnd(end, network.inode, wiring));
    const more = ends.length > maxShown ? ` and ${ends.length - maxShown} more` : '';
    return `${words[role]} ${shown.join(', ')}${more}`;
  });
}

function nameEnd(end: WireEnd, own: number, wiring: Wiring): string {
  if (end.device !== undefined) return end.device;
  if (end.pid !== undefined) {
    const process = wiring.index.process(end.pid);
    return process ? `${process.comm} (${end.pid})` : String(end.pid);
  }
  const place = namePlace(end.inode, own, wiring);
  if (end.role === 'made-in') return place === '' ? 'its own' : place;
  const name = end.link?.name ?? `ifindex ${end.index ?? '?'}`;
  return place === '' ? name : `${name} in ${place}`;
}

/** "" for the namespace of the link itself. */
function namePlace(inode: Known<number>, own: number, wiring: Wiring): string {
  if (!isKnown(inode)) return 'a namespace that is not known';
  if (inode === own) return '';
  const namespace = formatNamespace('net', inode);
  return wiring.namespaceOf(inode) ? `${nameNetwork(wiring, inode)} (${namespace})` : namespace;
}
