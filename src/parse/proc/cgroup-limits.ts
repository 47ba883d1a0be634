// Where a control group is in the file system, and the numbers in its files of limits: cgroups(7).
import type { MountLine } from './mountinfo.ts';

/** Version 1 hierarchies have their controllers in /proc/PID/cgroup; the unified one has none there. */
export interface CgroupPath {
  readonly controllers: readonly string[];
  readonly path: string;
}

export function parseCgroupTable(text: string): CgroupPath[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    return match ? [{ controllers: (match[1] ?? '').split(',').filter(Boolean), path: match[2] ?? '/' }] : [];
  });
}

/**
 * The directories in which limits of a controller may stand, from the group itself up to the root of what is mounted: a
 * limit further up holds as well.
 * @returns none where the hierarchy is not mounted here, or the group is outside of what is
 */
export function findCgroupDirectories(
  controller: string,
  table: readonly CgroupPath[],
  mounts: readonly MountLine[],
): { readonly version: 1 | 2; readonly directories: readonly string[] } | undefined {
  const first = table.find(({ controllers }) => controllers.includes(controller));
  const version = first ? 1 : 2;
  const entry = first ?? table.find(({ controllers }) => controllers.length === 0);
  const mount = mounts.find(({ fsType, superOptions }) =>
    version === 2 ? fsType === 'cgroup2' : fsType === 'cgroup' && superOptions.split(',').includes(controller),
  );
  if (!entry || !mount) return undefined;
  const below = stripRoot(entry.path, mount.root);
  if (below === undefined) return undefined;
  const words = below.split('/').filter(Boolean);
  const directories = words.map((_, i) => [mount.mountPoint, ...words.slice(0, words.length - i)].join('/'));
  return { version, directories: [...directories, mount.mountPoint] };
}

function stripRoot(path: string, root: string): string | undefined {
  if (root === '/' || path === root) return root === '/' ? path : '/';
  return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}

/** "max" of version 2, -1 and the largest page-aligned number of version 1 mean that there is no limit. */
export function parseLimit(text: string): number | null | undefined {
  const word = text.trim();
  if (word === 'max' || word === '-1') return null;
  if (!/^\d+$/.test(word)) return undefined;
  return Number(word) >= 0x7fff_ffff_ffff_0000 ? null : Number(word);
}

/** cpu.max: "QUOTA PERIOD" in microseconds. */
export function parseCpuMax(text: string): number | null | undefined {
  const [quota = '', period = ''] = text.trim().split(' ');
  const limit = parseLimit(quota);
  return typeof limit === 'number' && Number(period) > 0 ? limit / Number(period) : limit;
}
