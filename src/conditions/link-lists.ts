// Which links each network namespace has. Where all of networks is wanted as well it follows from that. Else, where a process is, /proc/PID/net/dev names them to anybody; where none is,
// rtnetlink(7) through a socket that a thread of the addon opens there, with the kind of each and the device behind it.
import { loadAddon } from '../kernel/addon/addon.ts';
import { readTextFile } from '../kernel/files/files.ts';
import { readLinksIn } from '../kernel/net/ask-networks.ts';
import { isKernelSince } from '../model/names/kernel-release.ts';
import { isKnown, type Known, notAsked, type Unknown } from '../model/snapshot/known.ts';
import type { LinkList, NetworkLink, Snapshot } from '../model/snapshot/schema.ts';
import type { LinkRecord } from '../parse/netlink/link.ts';
import { parseNetDevices } from '../parse/netlink/net-dev.ts';
import type { ConditionReader, ConditionReport } from './condition.ts';
import { findPath } from './networks/reach.ts';

type Links = LinkList['links'];

const noWay: Unknown = Object.freeze({
  unknown: 'unsupported',
  detail: 'no process is in it, and no path leads to it',
});
const noAddon: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'the addon is missing' });
const tooOld: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'the kernel tells it from Linux 5.14 on' });

export const linkLists: ConditionReader<'linkLists'> = {
  name: 'linkLists',
  question: 'which links has each network namespace?',
  read(snapshot, report, _wanted, { networks }) {
    const read = new Map(networks && isKnown(networks) ? networks.map(({ inode, links }) => [inode, links]) : []);
    const tellsParents = isKernelSince(snapshot.host.kernel, 5, 14);
    const lists = new Map<number, Links>();
    const empty: { inode: number; path: string }[] = [];
    for (const namespace of snapshot.namespaces) {
      if (namespace.type !== 'net') continue;
      report.asked();
      const { inode } = namespace;
      const whole = read.get(inode);
      if (whole && isKnown(whole)) {
        lists.set(inode, Object.freeze(whole.map((link) => describe(link, link.device, tellsParents))));
        continue;
      }
      const named = namespace.processes.leader === null ? undefined : readNames(namespace.processes.leader);
      const path = findPath(namespace, snapshot);
      if (named && isKnown(named)) lists.set(inode, named);
      else if (path !== undefined) empty.push({ inode, path });
      else lists.set(inode, named ?? noWay);
    }
    for (const [inode, links] of readByAddon(empty, snapshot, report)) lists.set(inode, links);
    return Object.freeze(Array.from(lists, ([inode, links]) => Object.freeze({ inode, links })));
  },
};

function readNames(pid: number): Links {
  const text = readTextFile(`/proc/${pid}/net/dev`);
  if (!isKnown(text)) return text;
  return Object.freeze(
    parseNetDevices(text).map((name) => Object.freeze({ name, kind: notAsked, physical: notAsked })),
  );
}

function* readByAddon(
  empty: readonly { readonly inode: number; readonly path: string }[],
  { host }: Snapshot,
  report: ConditionReport,
): Generator<[number, Links]> {
  if (empty.length === 0) return;
  if ('missing' in loadAddon()) {
    for (const { inode } of empty) yield [inode, noAddon];
    return;
  }
  const answers = readLinksIn(empty);
  const tellsParents = isKernelSince(host.kernel, 5, 14);
  for (const [at, { inode, path }] of empty.entries()) {
    const links: Known<readonly LinkRecord[]> = answers[at] ?? noWay;
    if (isKnown(links))
      yield [inode, Object.freeze(links.map((link) => describe(link, link.parentDevice, tellsParents)))];
    else {
      if (links.unknown !== 'gone')
        report.refused('listing the links of a network namespace', links.errno ?? '?', path);
      yield [inode, links];
    }
  }
}

/** What has a kind was made by a command, and `lo` by the kernel. */
function describe(
  { name, kind }: Pick<NetworkLink, 'name' | 'kind'>,
  device: string | undefined,
  tellsParents: boolean,
) {
  const isMade = kind !== '' || name === 'lo';
  const physical = isMade ? false : tellsParents ? device !== undefined : tooOld;
  return Object.freeze({ name, kind, physical });
}
