// Child mount namespaces whose mounts appear in the one around them: peers by propagation, mount_namespaces(7).

import { findHostInode } from '../../model/snapshot/host-inode.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { MountView } from '../../model/snapshot/schema.ts';
import type { Rule } from '../findings/rule.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { formatCommand } from '../release/shell-words.ts';

const maxNamed = 5;

/** So many ancestors of a process are looked at until one is in another mount namespace. */
const maxSteps = 20;

export const mountsLeaveChild: Rule<'mountViews'> = {
  code: 'mounts-leave-child',
  severity: 'warning',
  title: 'mounts that leave the mount namespace in which they are made',
  means:
    'What is mounted or unmounted there happens in the other mount namespace as well. Where one directory was given to a container as a shared volume, that is wanted; where the whole tree is shared, the mount namespace separates nothing.',
  needs: ['mountViews'],
  find({ snapshot, index, conditions }, report) {
    const hosts = findHostInode(snapshot, 'mnt');
    const groups = new Map(
      conditions.mountViews.map((view) => [view.inode, new Set(view.shared.map(({ peerGroup }) => peerGroup))]),
    );
    for (const view of conditions.mountViews) {
      if (view.inode === hosts || view.shared.length === 0) continue;
      const outer = [findAround(view, index), hosts].find(
        (inode) => inode !== undefined && inode !== view.inode && hasPeers(view, groups.get(inode)),
      );
      if (outer === undefined) continue;
      const peers = view.shared.filter(({ peerGroup }) => groups.get(outer)?.has(peerGroup));
      report.add(describe(view, outer, peers, index));
    }
  },
};

function hasPeers({ shared }: MountView, groups: ReadonlySet<number> | undefined): boolean {
  return groups !== undefined && shared.some(({ peerGroup }) => groups.has(peerGroup));
}

/** The mount namespace of the nearest ancestor that is in another one. */
function findAround({ inode, pid }: MountView, index: SnapshotIndex): number | undefined {
  let process = index.process(pid);
  for (let step = 0; process && step < maxSteps; step++) {
    const { mnt } = process.namespaces;
    if (isKnown(mnt) && mnt !== inode) return mnt;
    process = index.process(process.ppid);
  }
  return undefined;
}

function describe(view: MountView, outer: number, peers: MountView['shared'], index: SnapshotIndex) {
  const { inode, pid } = view;
  // A copy of the whole tree, against a directory that was given to it.
  const isWhole = view.hostRoot && peers.some(({ path }) => path === '/');
  const paths = isWhole ? ['/'] : peers.map(({ path }) => path);
  const enter = ['nsenter', `--mount=/proc/${pid}/ns/mnt`];
  const option = isWhole ? '--make-rslave' : '--make-slave';
  return {
    severity: isWhole ? ('warning' as const) : ('note' as const),
    subjects: [
      { kind: 'namespace' as const, type: 'mnt' as const, inode },
      { kind: 'process' as const, pid },
    ],
    says: isWhole
      ? `what is mounted in mnt:[${inode}] appears in mnt:[${outer}]: its whole tree is shared`
      : `what is mounted below ${peers[0]?.path} in mnt:[${inode}] appears in mnt:[${outer}]`,
    seen: [
      ...peers
        .slice(0, maxNamed)
        .map(({ path, peerGroup }) => `${path} is in peer group ${peerGroup} with a mount of mnt:[${outer}]`),
      ...(peers.length > maxNamed ? [`${peers.length - maxNamed} more mounts`] : []),
      `process ${pid} (${index.process(pid)?.comm ?? ''}) is in it`,
    ],
    fixes: [
      {
        text: isWhole
          ? 'let mounts come in and none go out; make the next one with unshare --mount, or --propagation slave'
          : 'where that is not wanted, let mounts come in and none go out',
        command: paths
          .slice(0, 20)
          .map((path) => formatCommand([...enter, 'mount', option, path]))
          .join(' && '),
      },
    ],
  };
}
