// Mounts that were copied with the directory that they lay in, and that are gone where they came from: the copy keeps the
// file system in use. A mount namespace that has a private copy of the host does not see what the host unmounts.

import { findHostInode } from '../../model/derived/host-inode.ts';
import { joinPath, type MountLayout, relate } from '../../model/derived/mount-layout.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Mount, MountTable } from '../../model/snapshot/schema.ts';
import { reportRefusals } from '../findings/explain-refusals.ts';
import type { Finding, Fix } from '../findings/finding.ts';
import type { Rule } from '../findings/rule.ts';
import { formatUnmountOf } from '../findings/unpin.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { MountTables } from '../mounts/mount-tables.ts';
import { findPaths } from '../mounts/translate-path.ts';

/** More mounts, and mount namespaces, than these are counted. */
const maxNamed = 10;

export const mountLeftBehind: Rule<'mounts'> = {
  code: 'mount-left-behind',
  severity: 'warning',
  title: 'mounts that live on in a copy of the directory where they were unmounted',
  means:
    'The file system stays in use: its device is busy, the space of deleted files in it is not given back, and what is written there is not lost but cannot be reached from the host.',
  needs: ['mounts'],
  find({ snapshot, index, conditions }, report) {
    const tables = new MountTables(conditions.mounts);
    const hosts = findHostInode(snapshot, 'mnt');
    const host = hosts === undefined ? undefined : tables.layout(hosts);
    if (!host) {
      report.undecided("the mounts of the host's mount namespace were not read");
      return;
    }
    const known = tables.tables.filter(({ mounts }) => isKnown(mounts));
    const roots = new Set(known.map(({ inode }) => tables.layout(inode)?.root?.device));
    const places = new Map<string, { all: number; left: Left[] }>();
    for (const table of known)
      for (const mount of tables.layout(table.inode)?.mounts ?? []) {
        const place = places.get(mount.device) ?? { all: 0, left: [] };
        places.set(mount.device, place);
        place.all++;
        if (roots.has(mount.device)) continue;
        const left = table.inode === hosts ? undefined : judge(mount, table, tables.layout(table.inode), host);
        if (left) place.left.push(left);
      }
    // Where anybody has it elsewhere, as the container that it was mounted for, it is in use.
    for (const { all, left } of places.values())
      if (left.length > 0 && left.length === all) report.add(describe(left, index));
    const cut = conditions.mounts.filter(({ cut }) => cut !== undefined).length;
    if (cut > 0) report.undecided(`of ${cut} mount namespaces not all mounts could be read`);
    reportRefusals(snapshot, 'mounts', report);
  },
};

/** A mount that the host does not have, on a directory that it has. */
interface Left {
  readonly mount: Mount;
  readonly inode: number;
  readonly isCovered: boolean;
  readonly pid: number | undefined;
  /** The path of the directory on the host. */
  readonly hostPath: string;
}

function judge(mount: Mount, table: MountTable, layout: MountLayout | undefined, host: MountLayout): Left | undefined {
  if (!layout || !canBeLeft(mount) || host.ofDevice(mount.device).length > 0) return undefined;
  const around = layout.parentOf(mount);
  // What is shared with others is unmounted together with theirs.
  if (!around || around.peerGroup !== undefined || around.master !== undefined) return undefined;
  if (host.ofDevice(around.device).length === 0) return undefined;
  const path = joinPath(around.root, relate(mount.mountPoint, around.mountPoint));
  const [found] = findPaths({ device: around.device, path }, host).paths;
  if (!found) return undefined;
  const { inode, pid } = table;
  return { mount, inode, pid, isCovered: layout.coveredBy(mount) !== undefined, hostPath: found.path };
}

const networked = /^(?:nfs|nfs4|cifs|smb3|ceph|9p|glusterfs|lustre|afs)$|^fuse\./;

/** Not tmpfs and the kernel's own file systems, which each mount namespace makes for itself; but those of engines. */
function canBeLeft({ device, fsType, mountPoint }: Mount): boolean {
  return !device.startsWith('0:') || fsType === 'overlay' || networked.test(fsType) || isOfEngine(mountPoint);
}

/** moby daemon/graphdriver and container.ShmPath, containers/storage, containerd pkg/process and CRI's sandboxes. */
const engineDirectories =
  /\/overlay2?\/[^/]+\/merged$|\/aufs\/mnt\/[^/]+$|\/io\.containerd\.runtime\.v\d\.task\/[^/]+\/[^/]+\/rootfs$|\/containers\/[0-9a-f]{64}\/(?:mounts\/)?shm$|\/overlay-containers\/[0-9a-f]{64}\/userdata\/shm$|\/sandboxes\/[0-9a-f]{64}\/shm$/;

function isOfEngine(path: string): boolean {
  return engineDirectories.test(path);
}

function describe(left: readonly Left[], index: SnapshotIndex): Omit<Finding, 'code'> {
  const [{ mount, hostPath }] = left as [Left];
  // An engine without privileges mounts its layers in a mount namespace of its own, where the host never had them.
  const isEngines = isOfEngine(hostPath) && left.every(({ mount: { locked } }) => locked === false);
  const inodes = [...new Set(left.map(({ inode }) => inode))];
  const where = inodes.length === 1 ? formatNamespace('mnt', inodes[0] ?? 0) : `${inodes.length} mount namespaces`;
  return {
    severity: isEngines ? 'warning' : 'note',
    subjects: [
      ...inodes
        .slice(0, maxNamed)
        .flatMap((inode) => [
          { kind: 'namespace' as const, type: 'mnt' as const, inode },
          ...listProcesses(inode, left, index),
        ]),
      { kind: 'path', path: hostPath },
    ],
    says: isEngines
      ? `the ${mount.fsType} of a container that has ended lives on in ${where}: on the host ${hostPath} is unmounted`
      : `${mount.source} (${mount.fsType}) is mounted in ${where} alone, on a directory that the host has as ${hostPath}`,
    seen: [
      ...left.slice(0, maxNamed).map((one) => {
        const who =
          one.pid === undefined ? '' : `; process ${one.pid} (${index.process(one.pid)?.comm ?? ''}) is in it`;
        return `${one.mount.mountPoint} in ${formatNamespace('mnt', one.inode)}${who}`;
      }),
      ...(left.length > maxNamed ? [`and ${left.length - maxNamed} more mounts`] : []),
      'the mount that it lies on is private: no unmount elsewhere reaches it',
    ],
    fixes: planFixes(left, index, isEngines),
  };
}

function listProcesses(inode: number, left: readonly Left[], index: SnapshotIndex): Finding['subjects'] {
  const pid = left.find((one) => one.inode === inode)?.pid ?? index.namespace('mnt', inode)?.processes.leader;
  return pid === undefined || pid === null ? [] : [{ kind: 'process', pid }];
}

function planFixes(left: readonly Left[], index: SnapshotIndex, isEngines: boolean): Fix[] {
  const { device } = (left as [Left])[0].mount;
  const within = left.slice(0, maxNamed).map((one) => planUnmount(one, index));
  const fixed = within.flatMap((command) => command ?? []);
  const all = fixed.length === left.length;
  const what = all ? 'unmount the copy' : 'unmount the copies that can be reached';
  const text = isEngines ? what : `where it was not mounted there on purpose, ${what}`;
  return [
    ...(fixed.length > 0 ? [{ text, command: fixed.join(' && ') }] : []),
    { text: 'what keeps it in use, and in which order it is released:', command: `nscope busy ${device}` },
    {
      text: 'give containers directories of the host with slave propagation (-v /:/host:ro,rslave), so that unmounts reach them',
    },
  ];
}

/** Undefined where it is covered, where no process leads there, and where it came from another user namespace: locked. */
function planUnmount({ mount, inode, isCovered, pid }: Left, index: SnapshotIndex): string | undefined {
  const member = pid ?? index.namespace('mnt', inode)?.processes.leader ?? undefined;
  return member === undefined || isCovered || mount.locked !== false
    ? undefined
    : formatUnmountOf(member, mount.mountPoint);
}
