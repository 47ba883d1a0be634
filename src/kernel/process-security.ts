// What restricts a process, beside its namespaces: /proc/PID/status, attr/current, and its control groups' limits.

import { isKnown, type Known, type Unknown } from '../model/known.ts';
import type { CgroupLimits, ProcessCredentials, ProcessSecurity } from '../model/process-security.ts';
import { findCgroupDirectories, parseCgroupTable, parseCpuMax, parseLimit } from '../parse/cgroup-limits.ts';
import { parseCredentials } from '../parse/credentials.ts';
import { parseMountinfo } from '../parse/mountinfo.ts';
import { readTextFile } from './files.ts';

const notShown: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'this kernel does not show it' });
const noGroup: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'its control group is not mounted here' });

/** Each part says for itself why it could not be read. */
export function readProcessSecurity(pid: number): ProcessSecurity {
  return { credentials: readCredentials(pid), label: readLabel(pid), limits: readLimits(pid) };
}

export function readCredentials(pid: number): Known<ProcessCredentials> {
  const status = readTextFile(`/proc/${pid}/status`);
  if (!isKnown(status)) return status;
  const { noNewPrivs, seccomp, seccompFilters, ...others } = parseCredentials(status);
  return {
    ...others,
    noNewPrivs: noNewPrivs ?? notShown,
    seccomp: seccomp ?? notShown,
    seccompFilters: seccompFilters ?? notShown,
  };
}

/** EINVAL where no security module with labels runs; the label of the kernel's root ends with a NUL under SELinux. */
function readLabel(pid: number): Known<string> {
  const text = readTextFile(`/proc/${pid}/attr/current`);
  if (!isKnown(text))
    return text.errno === 'EINVAL' ? { ...text, unknown: 'unsupported', detail: 'no security module labels it' } : text;
  return text.replace(/[\0\n]+$/, '');
}

function readLimits(pid: number): CgroupLimits {
  const cgroup = readTextFile(`/proc/${pid}/cgroup`);
  const mountinfo = readTextFile('/proc/self/mountinfo');
  if (!isKnown(cgroup)) return { memoryBytes: cgroup, pids: cgroup, cpus: cgroup };
  if (!isKnown(mountinfo)) return { memoryBytes: mountinfo, pids: mountinfo, cpus: mountinfo };
  const [table, mounts] = [parseCgroupTable(cgroup), parseMountinfo(mountinfo)];
  const read = (controller: string, one: Reader, two: Reader) => {
    const found = findCgroupDirectories(controller, table, mounts);
    return found ? findLowest(found.directories, found.version === 1 ? one : two) : noGroup;
  };
  const file = (name: string, parse: (text: string) => number | null | undefined): Reader => {
    return (directory) => {
      const text = readTextFile(`${directory}/${name}`);
      return isKnown(text) ? (parse(text) ?? null) : text;
    };
  };
  return {
    memoryBytes: read('memory', file('memory.limit_in_bytes', parseLimit), file('memory.max', parseLimit)),
    pids: read('pids', file('pids.max', parseLimit), file('pids.max', parseLimit)),
    cpus: read('cpu', readCpuOfVersion1, file('cpu.max', parseCpuMax)),
  };
}

type Reader = (directory: string) => Known<number | null>;

function readCpuOfVersion1(directory: string): Known<number | null> {
  const [quota, period] = ['quota', 'period'].map((what) => readTextFile(`${directory}/cpu.cfs_${what}_us`));
  if (quota === undefined || period === undefined) return null;
  if (!isKnown(quota)) return quota;
  return isKnown(period) ? (parseCpuMax(`${quota.trim()} ${period.trim()}`) ?? null) : period;
}

/** The root of a hierarchy has no such files; a group above that may not be read takes nothing from those below. */
function findLowest(directories: readonly string[], read: Reader): Known<number | null> {
  let lowest: number | null = null;
  let refused: Unknown | undefined;
  for (const directory of directories) {
    const limit = read(directory);
    if (!isKnown(limit)) {
      if (limit.unknown !== 'gone') refused ??= limit;
    } else if (limit !== null && (lowest === null || limit < lowest)) lowest = limit;
  }
  return lowest ?? refused ?? null;
}
