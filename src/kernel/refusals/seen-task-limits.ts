// Limits of tasks of the control groups that a process is in, and how many tasks are there: pids.max of cgroups(7).
import type { SeenTaskLimit } from '../../model/evidence/refusal-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { findCgroupDirectories, parseCgroupTable, parseLimit } from '../../parse/proc/cgroup-limits.ts';
import { parseMountinfo } from '../../parse/proc/mountinfo.ts';
import { readTextFile } from '../files/files.ts';

/** @returns those up to the root of what is mounted; none where they are out of sight */
export function readSeenTaskLimits(pid: number): readonly SeenTaskLimit[] {
  const cgroup = readTextFile(`/proc/${pid}/cgroup`);
  const mountinfo = readTextFile('/proc/self/mountinfo');
  if (!isKnown(cgroup) || !isKnown(mountinfo)) return [];
  const found = findCgroupDirectories('pids', parseCgroupTable(cgroup), parseMountinfo(mountinfo));
  return (found?.directories ?? []).flatMap((directory) => {
    const [max, current] = [readNumber(`${directory}/pids.max`), readNumber(`${directory}/pids.current`)];
    return max === undefined || current === undefined ? [] : [{ path: `${directory}/pids.max`, max, current }];
  });
}

function readNumber(path: string): number | undefined {
  const text = readTextFile(path);
  return isKnown(text) ? (parseLimit(text) ?? undefined) : undefined;
}
