// What keeps super blocks and block devices in use: descriptors, working and root directories, programs, mapped files,
// bound sockets, and what waits in queues. By BPF, which asks no file system; by /proc where that is not to be had.
import type { MountUse } from '../../model/evidence/mount-use.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import {
  type BpfMountUses,
  maxWantedDevices,
  packDevices,
  parseBpfMountUses,
} from '../../parse/records/bpf-mount-uses.ts';
import type { BpfRefusal } from '../bpf/refusal.ts';
import { type BpfReading, readBpfMountFiles, readBpfMountTasks, readPidView } from '../bpf/run.ts';
import { readLink } from '../files/files.ts';
import { type ProcUses, readProcUses } from './proc-mount-uses.ts';

export interface MountUses {
  readonly uses: readonly MountUse[];
  /** What was not looked at, each a clause with its reason. */
  readonly unseen: readonly string[];
  /** Whether all came from BPF, which says nothing of processes that it does not show. */
  readonly isByBpf: boolean;
}

interface UseQuestion {
  /** major:minor of super blocks and block devices. */
  readonly devices: readonly string[];
  /** Of every mount that is known, by its id in mountinfo: major:minor. Only /proc needs it. */
  readonly deviceOfMount: ReadonlyMap<number, string>;
  /** Whether BPF may be used. */
  readonly bpf: boolean;
}

/** nscope itself is left out: by the time that the answer is read it has ended. */
export function readMountUses(question: UseQuestion): MountUses {
  const { devices, bpf } = question;
  const wanted = new Set(devices);
  const packed = packDevices(devices.length > maxWantedDevices ? [] : devices);
  const isOurs = bpf && readPidView().procIsOurs;
  const files = isOurs ? parse(readBpfMountFiles(packed), wanted) : notAsked;
  const tasks = isOurs ? parse(readBpfMountTasks(packed), wanted) : notAsked;
  const needsProc = 'why' in files || 'why' in tasks;
  const proc: ProcUses = needsProc
    ? readProcUses({ ...question, wanted, descriptors: 'why' in files, others: 'why' in tasks })
    : { uses: [], unseen: [] };
  const seen = [files, tasks].flatMap((one) => ('why' in one ? [] : one.uses.map(addPath)));
  const unseen = [files, tasks].flatMap((one) =>
    'why' in one || one.cut === 0 ? [] : [`more of ${one.cut} processes or queues than there was room for`],
  );
  if ('nested' in files && files.nested > 0)
    unseen.push(
      `what waits in ${files.nested} sockets that wait in a queue themselves, or are connections that nobody accepted`,
    );
  if ('why' in files)
    unseen.push(
      `sockets that are bound there, files that wait in the queues of sockets, descriptors of a thread's own (${files.why})`,
    );
  return {
    uses: [...seen, ...proc.uses].filter(({ pid }) => pid !== process.pid),
    unseen: [...unseen, ...proc.unseen],
    isByBpf: !needsProc,
  };
}

const notAsked = { why: 'BPF was not asked' } as const;

type Parsed = BpfMountUses | { readonly why: string };

function parse(reading: BpfReading, devices: ReadonlySet<string>): Parsed {
  if ('refused' in reading) return { why: explain(reading.refused) };
  return parseBpfMountUses(reading.bytes, devices);
}

function explain({ brief, code }: BpfRefusal): string {
  return `${brief}: ${code}`;
}

/** The text of its link, which asks no file system. */
function addPath(use: MountUse): MountUse {
  const link = nameLink(use);
  const path = link === undefined ? undefined : readLink(link);
  return path !== undefined && isKnown(path) ? { ...use, path } : use;
}

function nameLink({ kind, pid, tid, fd }: MountUse): string | undefined {
  const task = pid === tid ? `/proc/${pid}` : `/proc/${pid}/task/${tid}`;
  switch (kind) {
    case 'open-file':
    case 'open-device':
      return `${task}/fd/${fd}`;
    case 'cwd':
    case 'root':
      return `${task}/${kind}`;
    case 'program':
      return `${task}/exe`;
    default:
      return undefined;
  }
}
