// What is to be known of PID 1 and PID 2, against which other processes are compared.
import { readFileSync } from 'node:fs';
import type { WitnessEvidence } from '../../model/evidence/detect-evidence.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { parseCgroupPaths } from '../../parse/proc/cgroup.ts';
import { parseMountinfo } from '../../parse/proc/mountinfo.ts';
import { isKernelThread, parseStat } from '../../parse/proc/stat.ts';
import { attempt, readIdentity, readTextFile } from '../files/files.ts';

/** `unknown: gone` where there is no such process, or where hidepid hides it. */
export function readWitness(pid: number): Known<WitnessEvidence> {
  const bytes = attempt(() => readFileSync(`/proc/${pid}/stat`));
  if (!isKnown(bytes)) return bytes;
  const stat = parseStat(bytes);
  return {
    pid,
    comm: stat.comm,
    ppid: stat.ppid,
    kernelThread: isKernelThread(stat),
    startTimeTicks: stat.startTimeTicks,
    links: readLinkInodes(`/proc/${pid}`),
    mountIds: readMountIds(`/proc/${pid}`),
    netStat: readNetStat(`/proc/${pid}`),
    cgroups: readCgroups(`/proc/${pid}`),
  };
}

/** The inode numbers behind the links of a process. */
export function readLinkInodes(directory: string): Readonly<Record<NamespaceType, Known<number>>> {
  const entries = namespaceTypes.map((type) => {
    const identity = readIdentity(`${directory}/ns/${type}`);
    return [type, isKnown(identity) ? identity.inode : identity];
  });
  return Object.fromEntries(entries) as Record<NamespaceType, Known<number>>;
}

/** The ids of the mounts below the root of a process, which are unique among all mounts of the host. */
export function readMountIds(directory: string): Known<readonly number[]> {
  const text = readTextFile(`${directory}/mountinfo`);
  return isKnown(text) ? parseMountinfo(text).map(({ id }) => id) : text;
}

/** Each network namespace has its own /proc/net/stat, whoever looks at it through whichever process. */
export function readNetStat(directory: string): Known<number> {
  const identity = readIdentity(`${directory}/net/stat`);
  return isKnown(identity) ? identity.inode : identity;
}

export function readCgroups(directory: string): Known<readonly string[]> {
  const text = readTextFile(`${directory}/cgroup`);
  return isKnown(text) ? parseCgroupPaths(text) : text;
}
