// What restricts a process, beside its namespaces: /proc/PID/status, attr/current, and its control groups' limits.

import type { CgroupLimits, ProcessCredentials, ProcessSecurity } from '../../model/evidence/process-security.ts';
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import {
  type CgroupPath,
  findCgroupDirectories,
  parseCgroupTable,
  parseCpuMax,
  parseLimit,
} from '../../parse/proc/cgroup-limits.ts';
import { parseCredentials } from '../../parse/proc/credentials.ts';
import { type MountLine, parseMountinfo } from '../../parse/proc/mountinfo.ts';
import { readTextFile } from '../files/files.ts';
import { readShapedFile } from '../files/shaped-files.ts';

/** A file of limits has a number or two. */
const maxLimitBytes = 4096;

const notShown: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'this kernel does not show it' });
const noGroup: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'its control group is not mounted here' });

/** Each part says for itself why it could not be read. */
export function readProcessSecurity(pid: number): ProcessSecurity {
  const cgroups = readCgroups(pid);
  return {
    credentials: readCredentials(pid),
    label: readLabel(pid),
    limits: readLimits(cgroups),
    frozen: isKnown(cgroups) ? readFrozen(cgroups) : cgroups,
  };
}

interface Cgroups {
  readonly table: readonly CgroupPath[];
  readonly mounts: readonly MountLine[];
}

/** Reads of many processes whether their control groups are frozen; processes of the same groups are asked once. */
export function makeFrozenReader(): (pid: number) => boolean {
  const known = new Map<string, boolean>();
  return (pid) => {
    const cgroup = readTextFile(`/proc/${pid}/cgroup`);
    if (!isKnown(cgroup)) return false;
    let frozen = known.get(cgroup);
    if (frozen === undefined) {
      const cgroups = readCgroups(pid);
      frozen = isKnown(cgroups) && readFrozen(cgroups) === true;
      known.set(cgroup, frozen);
    }
    return frozen;
  };
}

function readCgroups(pid: number): Known<Cgroups> {
  const cgroup = readTextFile(`/proc/${pid}/cgroup`);
  const mountinfo = readTextFile('/proc/self/mountinfo');
  if (!isKnown(cgroup)) return cgroup;
  return isKnown(mountinfo) ? { table: parseCgroupTable(cgroup), mounts: parseMountinfo(mountinfo) } : mountinfo;
}

/** In version 1 by the controller, whose state counts groups above as well; in version 2 any group can be frozen. */
function readFrozen({ table, mounts }: Cgroups): Known<boolean> {
  let answer: Known<boolean> = noGroup;
  for (const controller of ['freezer', unified]) {
    const found = findCgroupDirectories(controller, table, mounts);
    const [directory] = found?.directories ?? [];
    if (!found || directory === undefined) continue;
    const text = readTextFile(`${directory}/${found.version === 1 ? 'freezer.state' : 'cgroup.events'}`);
    // The root of a hierarchy has no such file, and cannot be frozen.
    if (!isKnown(text) && text.unknown !== 'gone') answer = isKnown(answer) ? answer : text;
    else if (isKnown(text) && /^(?:FROZEN|frozen 1)$/m.test(text)) return true;
    else answer = false;
  }
  return answer;
}

/** No controller has this name: the hierarchy of version 2 is found. */
const unified = '';

export function readCredentials(pid: number | 'self'): Known<ProcessCredentials> {
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
export function readLabel(pid: number): Known<string> {
  const text = readTextFile(`/proc/${pid}/attr/current`);
  if (!isKnown(text))
    return text.errno === 'EINVAL' ? { ...text, unknown: 'unsupported', detail: 'no security module labels it' } : text;
  return text.replace(/[\0\n]+$/, '');
}

function readLimits(cgroups: Known<Cgroups>): CgroupLimits {
  if (!isKnown(cgroups)) return { memoryBytes: cgroups, pids: cgroups, cpus: cgroups };
  const { table, mounts } = cgroups;
  const read = (controller: string, one: Reader, two: Reader) => {
    const found = findCgroupDirectories(controller, table, mounts);
    return found ? findLowest(found.directories, found.version === 1 ? one : two) : noGroup;
  };
  const file = (name: string, parse: (text: string) => number | null | undefined): Reader => {
    return (directory) => {
      const text = readShapedFile({ path: `${directory}/${name}` }, maxLimitBytes);
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
  const [quota, period] = ['quota', 'period'].map((what) =>
    readShapedFile({ path: `${directory}/cpu.cfs_${what}_us` }, maxLimitBytes),
  );
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
