// What each mount namespace has mounted, read once through a process in it: /proc/PID/mountinfo, proc_pid_mountinfo(5).

import { nameErrno } from '../kernel/addon/syscall-error.ts';
import { readLink, readTextFile } from '../kernel/files/files.ts';
import { readProcTable } from '../kernel/proc/proc-table.ts';
import { findHostInode } from '../model/derived/host-inode.ts';
import { isKnown } from '../model/snapshot/known.ts';
import type { MountView, Snapshot } from '../model/snapshot/schema.ts';
import { type MountLine, parseMountinfo } from '../parse/proc/mountinfo.ts';
import { parseText } from '../parse/text/text.ts';
import type { ConditionReader, ConditionReport } from './condition.ts';
import { describeMounts } from './describe-mounts.ts';
import { HostMounts } from './host-mounts.ts';

/** Some 8,000 mounts. */
const maxBytes = 2 ** 20;

/** So many at once, so that a thousand long files do not fill the memory. */
const atOnce = 100;

/** So many processes of a mount namespace are tried until one sees it from its own root. */
const maxTries = 4;

/** So many peers or masters of a mount are named. */
const maxPeers = 20;

/** Those of mount namespaces without a process have none; those of which no process could be read are counted as refused. */
export const mountViews: ConditionReader<'mountViews'> = {
  name: 'mountViews',
  question: 'what does each mount namespace have mounted?',
  read(snapshot, report) {
    const members = listMembers(snapshot);
    const hostInode = findHostInode(snapshot, 'mnt');
    const readings = readAll(members, report);
    const hostReading = readings.find(({ inode }) => inode === hostInode);
    const host = new HostMounts(hostReading?.lines ?? []);
    const procfs = listProcfs(snapshot);
    const views = readings.map((reading) =>
      describeMounts({ ...reading, host: reading.inode === hostInode ? undefined : host, procfs }),
    );
    const peers = new Map<number, Set<number>>();
    for (const { inode, shared } of views)
      for (const { peerGroup } of shared) peers.set(peerGroup, (peers.get(peerGroup) ?? new Set()).add(inode));
    const others = (peerGroup: number, inode: number): number[] => listOthers(peers.get(peerGroup), inode);
    for (const view of views) {
      view.shared = view.shared.map((one) => ({ ...one, with: others(one.peerGroup, view.inode) }));
      view.receives = view.receives.map((one) => ({ ...one, from: others(one.peerGroup, view.inode) }));
    }
    return Object.freeze(views.map((view): MountView => Object.freeze(view)));
  },
};

interface Reading {
  readonly inode: number;
  readonly pid: number;
  readonly lines: readonly MountLine[];
  readonly cut: string | undefined;
}

/** PIDs of some members of each mount namespace, its leader first. */
function listMembers({ namespaces, processes }: Snapshot): Map<number, number[]> {
  const members = new Map<number, number[]>();
  for (const { type, inode, processes } of namespaces)
    if (type === 'mnt') members.set(inode, processes.leader === null ? [] : [processes.leader]);
  for (const {
    tid,
    state,
    kernelThread,
    namespaces: { mnt },
  } of processes) {
    const pids = isKnown(mnt) ? members.get(mnt) : undefined;
    if (pids && !kernelThread && state !== 'Z' && pids.length < maxTries && pids[0] !== tid) pids.push(tid);
  }
  return members;
}

function readAll(members: ReadonlyMap<number, readonly number[]>, report: ConditionReport): Reading[] {
  const found = new Map<number, Reading>();
  const refusals = new Map<number, string>();
  for (let turn = 0; turn < maxTries; turn++) {
    const asked: [inode: number, pid: number][] = [];
    for (const [inode, pids] of members) {
      const pid = pids[turn];
      const before = found.get(inode);
      if (pid !== undefined && (!before || seesLess.has(before.cut))) asked.push([inode, pid]);
    }
    for (let start = 0; start < asked.length; start += atOnce)
      for (const reading of readSome(asked.slice(start, start + atOnce), report, refusals))
        if (!found.has(reading.inode) || !seesLess.has(reading.cut)) found.set(reading.inode, reading);
  }
  for (const [inode, errno] of refusals)
    if (!found.has(inode)) report.refused('the mounts of a mount namespace', errno, `mnt:[${inode}]`);
  return [...found.values()];
}

const inChroot = 'it was read through a process that lives in a chroot, and sees the mounts below that alone';
const seesNone = 'it was read through a process that sees no mounts';
const seesLess: ReadonlySet<string | undefined> = new Set([inChroot, seesNone]);

/** Those that ended or went elsewhere meanwhile are left out. */
function* readSome(
  asked: readonly (readonly [inode: number, pid: number])[],
  report: ConditionReport,
  refusals: Map<number, string>,
): Generator<Reading> {
  report.asked(asked.length);
  const question = {
    names: asked.map(([, pid]) => String(pid)),
    links: ['ns/mnt'],
    files: ['mountinfo'],
    maxFileBytes: maxBytes,
  };
  let index = 0;
  for (const { errno, links, files } of readProcTable(question)) {
    const [inode, pid] = asked[index++] ?? [0, 0];
    const bytes = files[0];
    if (errno !== 0 || bytes === undefined || links[0] !== inode) continue;
    if (typeof bytes === 'number') {
      refusals.set(inode, nameErrno(-bytes));
      continue;
    }
    const root = readLink(`/proc/${pid}/root`);
    if (readLink(`/proc/${pid}/ns/mnt`) !== `mnt:[${inode}]`) continue;
    const isCut = bytes.length >= maxBytes;
    const text = parseText(isCut ? bytes.subarray(0, bytes.lastIndexOf(10) + 1) : bytes);
    yield { inode, pid, lines: parseMountinfo(text), cut: explainCut(bytes.length, root === '/') };
  }
}

/** A kernel thread sees none from Linux 7.3 on, while its root is said to be "/". */
function explainCut(length: number, isAtRoot: boolean): string | undefined {
  if (!isAtRoot) return inChroot;
  if (length === 0) return seesNone;
  return length < maxBytes ? undefined : `its mountinfo is longer than ${maxBytes} bytes`;
}

/** By the mounts that hold pid namespaces, which BPF finds; and nscope's own /proc, of which it knows. */
function listProcfs({ namespaces, host }: Snapshot): ReadonlyMap<string, number> {
  const shown = new Map<string, number>();
  const { procPidNamespace } = host.vantage;
  const own = readTextFile('/proc/self/mountinfo');
  const ownProc = isKnown(own)
    ? parseMountinfo(own).findLast(({ mountPoint, fsType }) => mountPoint === '/proc' && fsType === 'proc')
    : undefined;
  if (ownProc && isKnown(procPidNamespace)) shown.set(ownProc.device, procPidNamespace);
  for (const { type, inode, holders } of namespaces)
    if (type === 'pid')
      for (const holder of holders)
        if (holder.kind === 'file-system' && holder.fsType === 'proc' && holder.device !== undefined)
          shown.set(holder.device, inode);
  return shown;
}

function listOthers(inodes: ReadonlySet<number> | undefined, own: number): number[] {
  const others: number[] = [];
  for (const inode of inodes ?? []) {
    if (others.length === maxPeers) break;
    if (inode !== own) others.push(inode);
  }
  return others;
}
