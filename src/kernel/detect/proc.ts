// How /proc is mounted, whose it is, and the inode numbers of its own entries.

import { lstatSync, readdirSync, statfsSync, statSync } from 'node:fs';
import type { ProcEvidence } from '../../model/evidence/detect-evidence.ts';
import { isKnown, type Known, type Unknown, unknownFromErrno } from '../../model/snapshot/known.ts';
import { parseHidepid } from '../../parse/proc/hidepid.ts';
import { parseNestedPids } from '../../parse/proc/status.ts';
import { formatDevice } from '../files/device-numbers.ts';
import { attempt, readDirectory, readIdentity, readLink, readTextFile } from '../files/files.ts';
import { readProcMount } from '../own/host.ts';
import { countProcessesBeside } from '../proc/process-count.ts';

/** What is not known for want of /proc. */
export const noProc: Unknown = Object.freeze({ unknown: 'unsupported', detail: '/proc is not mounted' });

/** PROC_SUPER_MAGIC of include/uapi/linux/magic.h. */
const procMagic = 0x9fa0;
const notShown: Unknown = Object.freeze({
  unknown: 'unsupported',
  detail: 'the kernel does not show it',
});

export function readProcEvidence(): ProcEvidence {
  // The directory may hold anything: in a virtual machine the /proc of its host.
  const type = attempt(() => statfsSync('/proc').type);
  if (type !== procMagic)
    return { state: 'absent', hidepid: noProc, readerPids: noProc, visible: noProc, total: noProc };
  const mounted = isKnown(readLink('/proc/self'));
  const status = mounted ? readTextFile('/proc/self/status') : unknownFromErrno('ENOENT');
  const names = readDirectory('/proc');
  const visible = isKnown(names) ? names.filter((name) => /^\d+$/.test(name)).map(Number) : names;
  return {
    state: mounted ? 'mounted' : 'foreign',
    hidepid: readHidepid(),
    readerPids: isKnown(status) ? (parseNestedPids(status) ?? notShown) : status,
    visible: isKnown(visible) ? visible.length : visible,
    total: isKnown(visible) ? attempt(() => countProcessesBeside(visible)) : visible,
  };
}

/** Of the mount that the path /proc leads to, which need not be the last one in mountinfo after a chroot. */
function readHidepid(): Known<string> {
  const mount = attempt(readProcMount);
  if (!isKnown(mount)) return mount;
  const device = attempt(() => statSync('/proc').dev);
  if (!mount || !isKnown(device) || formatDevice(device) !== mount.device)
    return { unknown: 'unsupported', detail: 'the mount of /proc is not in mountinfo here' };
  return parseHidepid(mount.superOptions);
}

/** Below it lie the entries of the processes, which have numbers of another kind; so have those of /proc/sys. */
const others = new Set(['sys', 'self', 'thread-self', 'net', 'mounts']);
const firstDynamicInode = 0xf0000000;

/** The inode numbers of the entries of /proc itself, as runs in ascending order; what is mounted over them is left out. */
export function readProcInodes(): Known<readonly (readonly [number, number])[]> {
  return attempt(() => {
    const { dev } = statSync('/proc');
    const inodes: number[] = [];
    const visit = (directory: string, names: readonly string[]) => {
      for (const name of names) {
        const path = `${directory}/${name}`;
        const stat = attempt(() => lstatSync(path));
        if (!isKnown(stat) || stat.dev !== dev) continue;
        if (stat.ino >= firstDynamicInode) inodes.push(stat.ino);
        const entries = stat.isDirectory() ? attempt(() => readdirSync(path)) : [];
        if (isKnown(entries)) visit(path, entries);
      }
    };
    visit(
      '/proc',
      readdirSync('/proc').filter((name) => !/^\d/.test(name) && !others.has(name)),
    );
    return joinRuns(inodes.sort((a, b) => a - b));
  });
}

function joinRuns(numbers: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && number <= last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs;
}

/** See DetectEvidence.hostNetSysctl; unsupported where something is mounted over the directory, as engines do. */
export function readHostNetSysctl(): Known<boolean> {
  const path = '/proc/sys/net/core';
  const [own, proc, names] = [readIdentity(path), readIdentity('/proc'), readDirectory(path)];
  if (!isKnown(own)) return own;
  if (isKnown(proc) && own.dev !== proc.dev)
    return { unknown: 'unsupported', detail: 'something is mounted over /proc/sys' };
  return isKnown(names) ? names.includes('netdev_max_backlog') : names;
}
