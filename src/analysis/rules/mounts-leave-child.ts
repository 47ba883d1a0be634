// Child mount namespaces whose mounts appear in the one around them: peers by propagation, mount_namespaces(7).

import { findHostInode } from '../../model/derived/host-inode.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { MountView } from '../../model/snapshot/schema.ts';
import type { Fix } from '../findings/finding.ts';
import type { Rule } from '../findings/rule.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { formatCommand } from '../release/shell-words.ts';

const maxNamed = 5;

/** So many mounts, and so many mount namespaces, are put right by the command. */
const maxCommands = 20;

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
    const alike = new Map<string, Leaving[]>();
    for (const view of conditions.mountViews) {
      if (view.inode === hosts || view.shared.length === 0) continue;
      const outer = [findAround(view, index), hosts].find(
        (inode) => inode !== undefined && inode !== view.inode && hasPeers(view, groups.get(inode)),
      );
      if (outer === undefined) continue;
      const peers = view.shared.filter(({ peerGroup }) => groups.get(outer)?.has(peerGroup));
      // A copy of the whole tree, against a directory that was given to it.
      const isWhole = view.hostRoot && peers.some(({ path }) => path === '/');
      const cause: Cause = isOfConmon(view, index) ? 'conmon' : isWhole ? 'whole' : 'directories';
      const key = JSON.stringify([cause, outer, cause === 'directories' ? peers.map(({ peerGroup }) => peerGroup) : 0]);
      const leaving = { view, outer, peers, cause };
      const others = alike.get(key);
      if (others) others.push(leaving);
      else alike.set(key, [leaving]);
    }
    for (const all of alike.values()) report.add(describe(all, index));
  },
};

/** `whole`: its whole tree is shared. `directories`: some directories are. `conmon`: Podman made it so. */
type Cause = 'whole' | 'directories' | 'conmon';

/** A mount namespace whose mounts are in one peer group with those of another. */
interface Leaving {
  readonly view: MountView;
  readonly outer: number;
  readonly peers: MountView['shared'];
  readonly cause: Cause;
}

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

/**
 * For a container with ids of its own Podman starts conmon in a copy of the host's mounts in which only /sys is a slave, so
 * that what is unmounted when the container ends is unmounted outside too: libpod/oci_conmon_linux.go.
 */
function isOfConmon({ inode }: MountView, index: SnapshotIndex): boolean {
  const members = index.membersOf('mnt', inode);
  return members.length > 0 && members.every(({ comm, uid }) => comm === 'conmon' && uid === 0);
}

/** @param all - those with the same cause, and the same directories */
function describe(all: readonly Leaving[], index: SnapshotIndex) {
  const [{ view, outer, peers, cause }] = all as [Leaving];
  const one = all.length === 1 ? `mnt:[${view.inode}]` : undefined;
  const inThem = one ?? `${all.length} mount namespaces`;
  return {
    severity: cause === 'whole' ? ('warning' as const) : ('note' as const),
    subjects: all.flatMap(({ view: { inode, pid } }) => [
      { kind: 'namespace' as const, type: 'mnt' as const, inode },
      { kind: 'process' as const, pid },
    ]),
    says: {
      whole: `what is mounted in ${inThem} appears in mnt:[${outer}]: ${one ? 'its whole tree' : 'the whole tree of each'} is shared`,
      directories: `what is mounted below ${peers[0]?.path} in ${inThem} appears in mnt:[${outer}]`,
      conmon: `what conmon mounts in ${inThem} appears in mnt:[${outer}], as Podman means it to`,
    }[cause],
    seen: [
      ...peers
        .slice(0, maxNamed)
        .map(({ path, peerGroup }) => `${path} is in peer group ${peerGroup} with a mount of mnt:[${outer}]`),
      ...(peers.length > maxNamed ? [`${peers.length - maxNamed} more mounts`] : []),
      ...all.slice(0, maxNamed).map(({ view: { inode, pid } }) => {
        const process = `process ${pid} (${index.process(pid)?.comm ?? ''})`;
        return one === undefined ? `${process} is in mnt:[${inode}]` : `${process} is in it`;
      }),
      ...(all.length > maxNamed ? [`and so on, ${all.length - maxNamed} more mount namespaces`] : []),
    ],
    fixes: cause === 'conmon' ? [untouched] : [separate(all, cause)],
  };
}

const untouched: Fix = {
  text: 'nothing must be done: what is unmounted there when the container ends is to be unmounted outside as well',
};

function separate(all: readonly Leaving[], cause: Cause): Fix {
  return {
    text:
      cause === 'whole'
        ? 'let mounts come in and none go out; make the next one with unshare --mount, or --propagation slave'
        : 'where that is not wanted, let mounts come in and none go out',
    command: all
      .slice(0, maxCommands)
      .map(({ view: { pid }, peers }) => {
        const steps =
          cause === 'whole'
            ? [['mount', '--make-rslave', '/']]
            : peers.slice(0, maxCommands).map(({ path }) => ['mount', '--make-slave', path]);
        const [first = []] = steps;
        const inside = steps.length === 1 ? first : ['sh', '-c', steps.map(formatCommand).join(' && ')];
        return formatCommand(['nsenter', `--mount=/proc/${pid}/ns/mnt`, ...inside]);
      })
      .join(' && '),
  };
}
