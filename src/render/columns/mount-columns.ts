// The columns of a listing of mounts, and of the differences between two mount namespaces.
import { describePropagation, findOrigin, judgeReadOnly, listGroup } from '../../analysis/mounts/describe-mount.ts';
import type { MountTables } from '../../analysis/mounts/mount-tables.ts';
import type { MountLayout } from '../../model/derived/mount-layout.ts';
import type { Mount } from '../../model/snapshot/schema.ts';
import type { Column } from './columns.ts';

/** What the rows of a listing have in common. */
export interface MountScene {
  readonly tables: MountTables;
  readonly host: MountLayout | undefined;
  /** What a mount namespace belongs to: "docker:web", "this host". */
  nameOf(inode: number): string;
}

export interface MountRow {
  readonly mount: Mount;
  /** Of its mount namespace. */
  readonly inode: number;
  readonly layout: MountLayout;
  readonly scene: MountScene;
  /** Of a comparison: in which of the two it is, and what differs. */
  readonly change?: '-' | '+' | '~';
  readonly difference?: string;
}

const readOnlyWords = {
  no: undefined,
  mount: 'read-only mount',
  'file-system': 'read-only file system',
  both: undefined,
} as const;

export const mountColumns: readonly Column<MountRow>[] = [
  {
    name: 'change',
    header: ' ',
    meaning: 'of two mount namespaces: - only the first has it, + only the second, ~ it differs',
    kind: 'string',
    value: ({ change }) => change ?? null,
  },
  {
    name: 'path',
    header: 'PATH',
    meaning: 'the mount point, seen from the root of the mount namespace',
    kind: 'string',
    cut: 'middle',
    least: 26,
    value: ({ mount }) => mount.mountPoint || null,
  },
  {
    name: 'source',
    header: 'SOURCE',
    meaning: 'the device or word that was given to mount(2); in brackets which part of the file system is mounted',
    kind: 'string',
    cut: 'middle',
    least: 8,
    maxCrowded: 20,
    value: ({ mount }) => mount.source,
    text: ({ mount }) => (mount.root === '/' ? mount.source : `${mount.source}[${mount.root}]`),
  },
  {
    name: 'fstype',
    header: 'FSTYPE',
    meaning: 'the type of the file system, with its subtype',
    kind: 'string',
    yields: 2,
    value: ({ mount }) => mount.fsType,
  },
  {
    name: 'options',
    header: 'OPTIONS',
    meaning: 'the options of this mount',
    kind: 'list',
    cut: 'end',
    yields: 1,
    value: ({ mount }) => mount.options,
    text: ({ mount }) => mount.options.join(','),
  },
  {
    name: 'superoptions',
    header: 'SUPEROPTIONS',
    meaning: 'the options of the file system, in all of its mounts',
    kind: 'list',
    cut: 'end',
    value: ({ mount }) => mount.superOptions,
    text: ({ mount }) => mount.superOptions.join(','),
  },
  {
    name: 'propagation',
    header: 'PROPAGATION',
    meaning: 'private, shared:GROUP, slave:GROUP, unbindable: mount_namespaces(7)',
    kind: 'string',
    yields: 4,
    value: ({ mount }) => describePropagation(mount),
  },
  {
    name: 'peers',
    header: 'PEERS',
    meaning:
      'who has other mounts of the same peer group: what is mounted on one appears on all; here: this mount namespace',
    kind: 'list',
    cut: 'end',
    maxCrowded: 24,
    yields: 3,
    value: (row) => listNames(row, row.mount.peerGroup),
    text: (row) => listNames(row, row.mount.peerGroup).join(', ') || '-',
  },
  {
    name: 'masters',
    header: 'MASTERS',
    meaning: 'of a slave, who has mounts of its master: what is mounted there appears here',
    kind: 'list',
    cut: 'end',
    maxCrowded: 24,
    yields: 3,
    value: (row) => listNames(row, row.mount.master),
    text: (row) => listNames(row, row.mount.master).join(', ') || '-',
  },
  {
    name: 'origin',
    header: 'ORIGIN',
    meaning: 'the path of what is mounted on the host; of the host’s own bind mounts the path of what they show',
    kind: 'string',
    cut: 'middle',
    maxCrowded: 32,
    value: ({ mount, layout, scene }) => findOrigin(mount, layout, scene.host) ?? null,
  },
  {
    name: 'remarks',
    header: 'REMARKS',
    meaning:
      'what covers it, what it hides, whether ids are mapped, and whether the mount or the file system is read-only',
    kind: 'list',
    cut: 'end',
    value: (row) => listRemarks(row),
    text: (row) => listRemarks(row).join('; ') || '-',
  },
  {
    name: 'difference',
    header: 'DIFFERENCE',
    meaning: 'of two mount namespaces: what differs',
    kind: 'string',
    cut: 'end',
    value: ({ difference }) => difference ?? null,
  },
  {
    name: 'covered',
    header: 'COVERED',
    meaning: 'whether another mount hides it',
    kind: 'bool',
    value: ({ mount, layout }) => layout.coveredBy(mount) !== undefined,
  },
  {
    name: 'readonly',
    header: 'READONLY',
    meaning: 'no; mount: this mount alone; file-system: all mounts of it; both',
    kind: 'string',
    value: ({ mount }) => judgeReadOnly(mount),
  },
  {
    name: 'id',
    header: 'ID',
    meaning: 'its 64-bit id, used once: statmount(2), since Linux 6.8',
    kind: 'string',
    align: 'right',
    value: ({ mount }) => mount.id ?? null,
  },
  {
    name: 'oldid',
    header: 'OLDID',
    meaning: 'its id in mountinfo, used again after an unmount',
    kind: 'int',
    align: 'right',
    value: ({ mount }) => mount.oldId,
  },
  {
    name: 'parent',
    header: 'PARENT',
    meaning: 'the id in mountinfo of the mount that it lies on',
    kind: 'int',
    align: 'right',
    value: ({ mount }) => mount.oldParent,
  },
  {
    name: 'device',
    header: 'DEVICE',
    meaning: 'major:minor of the file system',
    kind: 'string',
    value: ({ mount }) => mount.device,
  },
  {
    name: 'root',
    header: 'ROOT',
    meaning: "which directory or file is mounted, in the file system's own tree",
    kind: 'string',
    cut: 'middle',
    value: ({ mount }) => mount.root,
  },
  {
    name: 'idmap',
    header: 'IDMAP',
    meaning: 'of an idmapped mount the ranges of uids, FROM:TO:COUNT; then those of gids where they differ',
    kind: 'list',
    value: ({ mount }) => listRanges(mount),
  },
  {
    name: 'locked',
    header: 'LOCKED',
    meaning: 'whether it may not be unmounted alone, since it came from another user namespace; often not known',
    kind: 'bool',
    value: ({ mount }) => mount.locked,
  },
  {
    name: 'mntns',
    header: 'MNTNS',
    meaning: 'inode number of the mount namespace',
    kind: 'int',
    align: 'right',
    value: ({ inode }) => inode,
  },
];

function listNames({ mount, inode, scene }: MountRow, peerGroup: number | undefined): string[] {
  const inodes = listGroup(scene.tables, peerGroup, mount, inode);
  return [...new Set(inodes.map((one) => (one === inode ? 'here' : scene.nameOf(one))))];
}

function listRemarks({ mount, layout }: MountRow): string[] {
  const cover = layout.coveredBy(mount);
  const hidden = layout.countHidden(mount);
  const readOnly = readOnlyWords[judgeReadOnly(mount)];
  return [
    ...(cover ? [cover.mountPoint === mount.mountPoint ? 'covered' : `covered by ${cover.mountPoint}`] : []),
    ...(hidden > 0 ? [`hides ${hidden} ${hidden === 1 ? 'mount' : 'mounts'}`] : []),
    ...(readOnly ? [readOnly] : []),
    ...(mount.options.includes('idmapped') ? [['idmapped', ...listRanges(mount)].join(' ')] : []),
    ...(mount.locked === true ? ['locked'] : []),
    ...(mount.mountPoint === '' ? ['no path leads to it'] : []),
  ];
}

function listRanges({ idMap }: Mount): string[] {
  if (!idMap) return [];
  const [uids, gids] = [idMap.uids, idMap.gids].map((ranges) =>
    ranges.map(({ inside, outside, count }) => `${inside}:${outside}:${count}`),
  );
  return uids?.join() === gids?.join() ? (uids ?? []) : [...(uids ?? []), ...(gids ?? []).map((one) => `gid ${one}`)];
}
