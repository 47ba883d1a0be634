// What verdicts want to know of the mounts of each mount namespace that a process is in. Where all mounts are wanted as
// well it follows from these; else it is read from a process's mountinfo, without the ids that listmount(2) adds.

import { readTextFile } from '../kernel/files/files.ts';
import { readMountTables } from '../kernel/mounts/mount-tables.ts';
import { findHostInode } from '../model/derived/host-inode.ts';
import { MountLayout } from '../model/derived/mount-layout.ts';
import { isKnown } from '../model/snapshot/known.ts';
import type { Conditions, Mount, MountTable, MountView, Snapshot } from '../model/snapshot/schema.ts';
import { parseMountinfo } from '../parse/proc/mountinfo.ts';
import type { ConditionReader, ConditionReport } from './condition.ts';
import { describeMounts } from './describe-mounts.ts';
import { HostMounts } from './host-mounts.ts';
import { listQuestions } from './mount-questions.ts';
import { takeTables } from './mounts.ts';

/** So many peers or masters of a mount are named. */
const maxPeers = 20;

/** Those of mount namespaces without a process have none; those of which no process could be read are counted as refused. */
export const mountViews: ConditionReader<'mountViews'> = {
  name: 'mountViews',
  question: 'what does each mount namespace have mounted?',
  read(snapshot, report, _wanted, found) {
    const hostInode = findHostInode(snapshot, 'mnt');
    const readings = listReadings(snapshot, readTables(snapshot, report, found));
    const host = new HostMounts(readings.find(({ inode }) => inode === hostInode)?.layout);
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
  readonly layout: MountLayout;
  readonly mounts: readonly Mount[];
  readonly cut: string | undefined;
}

function readTables(snapshot: Snapshot, report: ConditionReport, { mounts }: Conditions): readonly MountTable[] {
  if (mounts !== undefined && isKnown(mounts)) return mounts;
  const inhabited = listQuestions(snapshot).filter(({ pids }) => pids.length > 0);
  return takeTables(readMountTables(inhabited, { statmount: false, mountinfo: true }), report);
}

/** Those whose mounts are known and that a process is in, which stands for the one through which they were read. */
function listReadings({ namespaces }: Snapshot, tables: readonly MountTable[]): Reading[] {
  const leaders = new Map(namespaces.map(({ type, inode, processes }) => [`${type} ${inode}`, processes.leader]));
  return tables.flatMap(({ inode, pid, mounts, cut }) => {
    const member = pid ?? leaders.get(`mnt ${inode}`) ?? undefined;
    if (member === undefined || !isKnown(mounts)) return [];
    const layout = new MountLayout(mounts);
    // What was read through a process is what a process sees. The kernel's list also has what a root was moved over.
    return [{ inode, pid: member, layout, mounts: pid === undefined ? layout.listBelowRoot() : mounts, cut }];
  });
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
