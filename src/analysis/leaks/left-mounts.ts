// Which mounts of the caller's mount namespace, and which files of ip netns, are there that were not there before.
import { netnsDirectory } from '../../model/snapshot/namespace-types.ts';
import { formatCommand } from '../release/shell-words.ts';
import type { LeftMount, LeftName, LeftPin, Making, Sign, Whose } from './left.ts';

/** A line of mountinfo, as far as it matters here. */
export interface MountPoint {
  /** major:minor of st_dev. */
  readonly device: string;
  /** What of the file system is mounted; for a namespace `net:[4026532992]`. */
  readonly root: string;
  readonly mountPoint: string;
  readonly fsType: string;
  readonly source: string;
}

/** What is known of calls of mount(2) and move_mount(2). */
export interface MountCalls {
  /** Who called when a mount was first seen: all of them, since one of them made it. Undefined where nobody looked then. */
  callersOf(mount: MountPoint): readonly Making[] | undefined;
  /** Whose all calls were; undefined where there were none, or of several. */
  whoseAll(): Whose | undefined;
}

/** Mounts that are there more often than before: each lies over what was there. */
export function findNewMounts(before: readonly MountPoint[], after: readonly MountPoint[]): MountPoint[] {
  const left = new Map<string, number>();
  for (const mount of before) left.set(keyOfMount(mount), (left.get(keyOfMount(mount)) ?? 0) + 1);
  return after.filter((mount) => {
    const count = left.get(keyOfMount(mount)) ?? 0;
    left.set(keyOfMount(mount), count - 1);
    return count <= 0;
  });
}

/** The ids of mounts are used again, and tell nothing. */
export function keyOfMount({ device, root, mountPoint, fsType, source }: MountPoint): string {
  return JSON.stringify([device, root, mountPoint, fsType, source]);
}

/**
 * What is left of new mounts.
 * @param isLeft - whether a namespace, `net:[4026532992]`, is itself left: its bind mounts are told with it
 */
export function describeLeftMounts(
  mounts: readonly MountPoint[],
  calls: MountCalls,
  isLeft: (namespace: string) => boolean,
): (LeftMount | LeftPin)[] {
  return mounts.flatMap((mount): (LeftMount | LeftPin)[] => {
    const { root, mountPoint: path, fsType, source } = mount;
    const made = judgeCalls(mount, calls);
    const release = formatCommand(['umount', path]);
    if (fsType !== 'nsfs') return [{ kind: 'mount', path, fsType, source, root, release, ...made, ...excuse(path) }];
    const keeps = root.replace(/^\//, '');
    return isLeft(keeps) ? [] : [{ kind: 'pin', path, keeps, release, ...made }];
  });
}

/** ip-netns(8) makes its directory a mount point at the first name after a boot, and leaves it so. */
function excuse(path: string): { readonly excuse?: string } {
  return path === netnsDirectory
    ? { excuse: 'ip netns makes its directory a mount point once in a boot, and leaves it so' }
    : {};
}

/** Where all who mounted are the command's, it is the command's; of several who, the one whose words name the path. */
function judgeCalls(mount: MountPoint, calls: MountCalls): Pick<LeftMount, 'whose' | 'sign' | 'making'> {
  const makings = calls.callersOf(mount);
  const [first] = makings ?? [];
  if (!makings || !first) return judgeAllCalls(calls);
  if (makings.some(({ whose }) => whose !== first.whose)) return { whose: 'unknown', sign: 'none', making: null };
  const named = makings.find(({ maker }) => maker?.command?.includes(mount.mountPoint));
  return { whose: first.whose, sign: 'mount-call', making: named ?? first };
}

function judgeAllCalls(calls: MountCalls): Pick<LeftMount, 'whose' | 'sign' | 'making'> {
  const whose = calls.whoseAll();
  return { whose: whose ?? 'unknown', sign: whose === undefined ? 'none' : 'mount-call', making: null };
}

/** Files of ip netns that lead to no namespace, and that were not so before: something was mounted on each. */
export function describeStaleNames(
  before: readonly string[],
  after: readonly string[],
  makingOfName: (path: string) => Making | undefined,
  calls: MountCalls,
): LeftName[] {
  const known = new Set(before);
  return after
    .filter((path) => !known.has(path))
    .map((path) => {
      const making = makingOfName(path);
      const sign: Sign = making?.how === 'seen' ? 'member' : 'event';
      const found = making?.maker ? { whose: making.whose, sign, making } : judgeAllCalls(calls);
      return { kind: 'stale-name', path, ...found, release: formatCommand(['rm', path]) };
    });
}
