// Who can have made a control group, and who can have put processes into it. Owners and permissions of its directory,
// of those above it, and of cgroup.procs in each: cgroups(7), "Delegation" in Documentation/admin-guide/cgroup-v2.rst.
import { lstatSync } from 'node:fs';
import { isKnown } from '../../model/snapshot/known.ts';
import { parseCgroupTable } from '../../parse/proc/cgroup-limits.ts';
import { parseMountinfo } from '../../parse/proc/mountinfo.ts';
import { attempt, readTextFile } from '../files/files.ts';
import { isWritableByOthers } from '../files/guarded-path.ts';

export interface CgroupHierarchy {
  readonly version: 1 | 2;
  readonly mountPoint: string;
}

/**
 * All hierarchies of this host, each where it is mounted whole.
 * @returns undefined where one is not: a group may then be in a hierarchy that cannot be looked at
 */
export function readCgroupHierarchies(): readonly CgroupHierarchy[] | undefined {
  const table = readTextFile('/proc/self/cgroup');
  const text = readTextFile('/proc/self/mountinfo');
  if (!isKnown(table) || !isKnown(text)) return undefined;
  const mounts = parseMountinfo(text).filter(({ root }) => root === '/');
  const found: CgroupHierarchy[] = [];
  for (const { controllers } of parseCgroupTable(table)) {
    const version = controllers.length === 0 ? 2 : 1;
    // Of several mounts over each other the last is seen.
    const mount = mounts.findLast(({ fsType, superOptions }) => {
      if (version === 2) return fsType === 'cgroup2';
      const words = superOptions.split(',');
      return fsType === 'cgroup' && controllers.every((controller) => words.includes(controller));
    });
    if (!mount) return undefined;
    found.push({ version, mountPoint: mount.mountPoint });
  }
  return found.length > 0 ? found : undefined;
}

/** `absent`: there is no such group. `anybody`: all may write to it. */
export type CgroupWriter = number | 'anybody' | 'absent' | 'unknown';

/** Who beside `uids` may make groups in this directory or move processes into it; undefined where nobody else may. */
export function findOtherWriter(
  directory: string,
  version: CgroupHierarchy['version'],
  uids: ReadonlySet<number>,
): CgroupWriter | undefined {
  const files = version === 1 ? ['', '/cgroup.procs', '/tasks'] : ['', '/cgroup.procs'];
  for (const path of files.map((file) => directory + file)) {
    const stat = attempt(() => lstatSync(path));
    if (!isKnown(stat)) return stat.unknown === 'gone' ? 'absent' : 'unknown';
    if (!uids.has(stat.uid)) return stat.uid;
    if (isWritableByOthers(stat)) return 'anybody';
  }
  return undefined;
}
