// Mount namespaces that copied the pins of others: a copy holds its namespace after the pin itself was unmounted.

import { findHostInode } from '../../model/derived/host-inode.ts';
import type { MountView, Namespace } from '../../model/snapshot/schema.ts';
import type { Rule } from '../findings/rule.ts';
import { formatUnmountOf } from '../findings/unpin.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';

type Pin = MountView['pins'][number];

const maxNamed = 5;

export const copiedPins: Rule<'mountViews'> = {
  code: 'copied-pins',
  severity: 'warning',
  title: 'copies of pinned namespaces in other mount namespaces',
  means:
    'A mount namespace that was made as a copy has copies of all mounts, those of pinned namespaces among them. A private copy is not unmounted with the pin: it holds the namespace until it is unmounted as well or its mount namespace ends.',
  needs: ['mountViews'],
  find({ snapshot, index, conditions }, report) {
    const hosts = findHostInode(snapshot, 'mnt');
    const host = conditions.mountViews.find(({ inode }) => inode === hosts);
    if (!host) {
      report.undecided("the mounts of the host's mount namespace were not read");
      return;
    }
    const hostPins = new Set(host.pins.map(nameOf));
    const owner = index.namespace('mnt', host.inode)?.owner;
    const copies: { view: MountView; pin: Pin }[] = [];
    for (const view of conditions.mountViews) {
      if (view.inode === host.inode || !view.hostRoot) continue;
      for (const pin of view.pins) {
        if (pin.propagates) continue;
        const namespace = index.namespace(pin.type, pin.inode);
        if (hostPins.has(nameOf(pin))) copies.push({ view, pin });
        else if (namespace && isHeldByPinsAlone(namespace) && !hasName(namespace))
          report.add(describeLeft(view, pin, index.namespace('mnt', view.inode)?.owner === owner, index));
      }
    }
    if (copies.length > 0) report.add(describeCopies(copies));
  },
};

function nameOf({ type, inode }: Pin): string {
  return `${type}:[${inode}]`;
}

function isHeldByPinsAlone({ processes, holderCounts }: Namespace): boolean {
  const { count, threads, forChildren, inferred, mayBeMore } = processes;
  return (
    count + threads + forChildren === 0 &&
    !inferred &&
    !mayBeMore &&
    Object.keys(holderCounts).every((kind) => kind === 'bind-mount')
  );
}

/** In the mount namespace of nscope. */
function hasName({ names }: Namespace): boolean {
  return names.length > 0;
}

function describeLeft(view: MountView, pin: Pin, sameOwner: boolean, index: SnapshotIndex) {
  const { pid, inode } = view;
  const comm = index.process(pid)?.comm ?? '';
  return {
    severity: 'warning' as const,
    subjects: [
      { kind: 'namespace' as const, type: pin.type, inode: pin.inode },
      { kind: 'namespace' as const, type: 'mnt' as const, inode },
      { kind: 'process' as const, pid },
    ],
    says: `${nameOf(pin)} is held by a mount in mnt:[${inode}] alone, which the host does not have`,
    seen: [
      `it is mounted on ${pin.path} in mnt:[${inode}], whose root directory is the host's; process ${pid} (${comm}) is in it`,
      'no process is in it, and nothing is mounted of it in the mount namespace of the host',
      'the mount below is private: an unmount elsewhere does not reach it',
    ],
    fixes: sameOwner
      ? [
          {
            text: 'unmount the copy',
            command: formatUnmountOf(pid, pin.path),
          },
        ]
      : [{ text: `it is locked in the mount namespace of another user namespace: end what is in mnt:[${inode}]` }],
  };
}

function describeCopies(copies: readonly { readonly view: MountView; readonly pin: Pin }[]) {
  const inodes = [...new Set(copies.map(({ view }) => view.inode))];
  const named = copies.slice(0, maxNamed);
  return {
    severity: 'note' as const,
    subjects: named.flatMap(({ view, pin }) => [
      { kind: 'namespace' as const, type: 'mnt' as const, inode: view.inode },
      { kind: 'namespace' as const, type: pin.type, inode: pin.inode },
    ]),
    says: `${inodes.length} mount namespaces have private copies of pinned namespaces, ${copies.length} in all`,
    seen: [
      ...named.map(({ view, pin }) => `mnt:[${view.inode}] of process ${view.pid} has ${nameOf(pin)} on ${pin.path}`),
      ...(copies.length > maxNamed ? [`${copies.length - maxNamed} more`] : []),
    ],
    fixes: [
      {
        text: 'nothing must be done while the pins are in use. Where one is unmounted and its file is not removed, unmount the copies as well; make mount namespaces whose mounts follow the host: unshare --mount --propagation slave',
      },
    ],
  };
}
