// How many tasks there may be, and how many there are: of the whole host by proc_sys_kernel(5), of control groups by
// pids.max of the controller pids (cgroups(7)).
import { readTextFile } from '../kernel/files/files.ts';
import { countTasks } from '../kernel/proc/task-count.ts';
import { isKnown, type Known, type Unknown } from '../model/snapshot/known.ts';
import type { Snapshot, TaskLimit } from '../model/snapshot/schema.ts';
import { type CgroupPath, findCgroupDirectories, parseCgroupTable, parseLimit } from '../parse/proc/cgroup-limits.ts';
import { type MountLine, parseMountinfo } from '../parse/proc/mountinfo.ts';
import type { ConditionReader, ConditionReport } from './condition.ts';

/** Of more control groups, or, in version 1, processes, no limits are read. */
const maxGroups = 4096;

const noCount: Unknown = Object.freeze({ unknown: 'unsupported', detail: '/proc/loadavg has no count of tasks' });

/** Control groups without a limit are left out; those further up that have one are there as well. */
export const taskLimits: ConditionReader<'taskLimits'> = {
  name: 'taskLimits',
  question: 'how many tasks may there be, and how many are there?',
  read(snapshot, report) {
    return Object.freeze([...readHostLimits(report), ...readGroupLimits(snapshot, report)]);
  },
};

function readHostLimits(report: ConditionReport): TaskLimit[] {
  const current = countTasks() ?? noCount;
  const files = [
    ['pid-max', '/proc/sys/kernel/pid_max'],
    ['threads-max', '/proc/sys/kernel/threads-max'],
  ] as const;
  return files.flatMap(([what, path]) => {
    report.asked();
    const max = readNumber(path, report);
    return typeof max === 'number' ? [Object.freeze({ what, path, current, max })] : [];
  });
}

function readGroupLimits(snapshot: Snapshot, report: ConditionReport): TaskLimit[] {
  const mountinfo = readTextFile('/proc/self/mountinfo');
  if (!isKnown(mountinfo)) {
    report.refused('reading where control groups are mounted', mountinfo.errno ?? '?', '/proc/self/mountinfo');
    return [];
  }
  const mounts = parseMountinfo(mountinfo);
  const directories = new Set<string>();
  for (const table of listGroups(snapshot, mounts, report)) {
    if (table.some(({ path }) => path.startsWith('/..'))) continue; // outside of nscope's cgroup namespace
    for (const directory of findCgroupDirectories('pids', table, mounts)?.directories ?? []) directories.add(directory);
  }
  if (directories.size > maxGroups)
    report.refused(`reading the limits of more than ${maxGroups} control groups`, 'E2BIG', '/sys/fs/cgroup');
  return [...directories].slice(0, maxGroups).flatMap((directory) => {
    report.asked();
    return readGroup(directory, report) ?? [];
  });
}

/** In version 1 a process may be in another group of each controller; the snapshot has one path of it. */
function listGroups(
  { processes }: Snapshot,
  mounts: readonly MountLine[],
  report: ConditionReport,
): readonly (readonly CgroupPath[])[] {
  const isFirst = mounts.some(
    ({ fsType, superOptions }) => fsType === 'cgroup' && superOptions.split(',').includes('pids'),
  );
  const leaders = processes.filter(({ pid, tid, kernelThread }) => pid === tid && !kernelThread);
  if (!isFirst) {
    const paths = new Set(leaders.flatMap(({ cgroup }) => (isKnown(cgroup) ? [cgroup] : [])));
    return Array.from(paths, (path) => [{ controllers: [], path }]);
  }
  if (leaders.length > maxGroups)
    report.refused(`reading the control groups of more than ${maxGroups} processes`, 'E2BIG', '/proc');
  const texts = new Set<string>();
  for (const { pid } of leaders.slice(0, maxGroups)) {
    const text = readTextFile(`/proc/${pid}/cgroup`);
    if (isKnown(text)) texts.add(text);
  }
  return Array.from(texts, (text) => parseCgroupTable(text).filter(({ controllers }) => controllers.includes('pids')));
}

function readGroup(directory: string, report: ConditionReport): TaskLimit | undefined {
  const path = `${directory}/pids.max`;
  const max = readNumber(path, report);
  if (typeof max !== 'number') return undefined;
  const current = readNumber(`${directory}/pids.current`, report);
  const events = readTextFile(`${directory}/pids.events`);
  const refused = isKnown(events) ? /^max (\d+)$/m.exec(events)?.[1] : undefined;
  return Object.freeze({
    what: 'cgroup',
    path,
    cgroup: directory,
    current: current ?? noCount,
    max,
    ...(refused === undefined ? {} : { refused: Number(refused) }),
  });
}

/** @returns null where there is no limit */
function readNumber(path: string, report: ConditionReport): Known<number> | null {
  const text = readTextFile(path);
  if (isKnown(text)) return parseLimit(text) ?? null;
  // The root of a hierarchy has no limit, and a group may have ended.
  if (text.unknown !== 'gone') report.refused('reading a limit of tasks', text.errno ?? '?', path);
  return text;
}
