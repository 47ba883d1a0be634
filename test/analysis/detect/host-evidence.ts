// Evidence for tests: what an ordinary user reads on a host with nothing in it, from which a test departs.
import type { DetectEvidence, NamespaceAnswers, WitnessEvidence } from '../../../src/model/evidence/detect-evidence.ts';
import { type Unknown, unknownFromErrno } from '../../../src/model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';

export const denied = unknownFromErrno('EACCES');
export const refused = unknownFromErrno('EPERM');
export const gone = unknownFromErrno('ENOENT');
export const noIoctl = unknownFromErrno('ENOTTY');
const notAsked: Unknown = { unknown: 'not-asked' };

/** The initial namespaces of Linux 6.17 and later. */
export const initialInodes: Readonly<Record<NamespaceType, number>> = {
  cgroup: 4026531835,
  ipc: 4026531839,
  mnt: 4026531832,
  net: 4026531833,
  pid: 4026531836,
  time: 4026531834,
  user: 4026531837,
  uts: 4026531838,
};

export function forTypes<T>(make: (type: NamespaceType) => T): Record<NamespaceType, T> {
  return Object.fromEntries(namespaceTypes.map((type) => [type, make(type)])) as Record<NamespaceType, T>;
}

export const init: WitnessEvidence = {
  pid: 1,
  comm: 'systemd',
  ppid: 0,
  kernelThread: false,
  startTimeTicks: 30,
  links: forTypes(() => denied),
  mountIds: [22, 23, 24],
  netStat: 4026531844,
  cgroups: ['/init.scope'],
};

export const kthreadd: WitnessEvidence = { ...init, pid: 2, comm: 'kthreadd', kernelThread: true, cgroups: ['/'] };

const answers: NamespaceAnswers = { id: noIoctl, owner: initialInodes.user, parent: notAsked };

/** What nscope reads of itself as an ordinary user on the host. */
export const onHost: DetectEvidence = {
  kernel: '6.18.0',
  addonMissing: null,
  subject: { pid: 700, self: true },
  proc: { state: 'mounted', hidepid: '0', readerPids: [700], visible: 200, total: 200 },
  links: {
    ...forTypes((type) => ({ inode: initialInodes[type], dev: 4 })),
    pid_for_children: { inode: initialInodes.pid, dev: 4 },
    time_for_children: { inode: initialInodes.time, dev: 4 },
  },
  answers: {
    ...forTypes(() => answers),
    pid: { ...answers, parent: refused },
    user: { id: noIoctl, owner: refused, parent: refused },
  },
  reader: initialInodes,
  uidMap: [{ inside: 0, outside: 0, count: 4294967295 }],
  pids: [700],
  cgroups: ['/user.slice'],
  timeOffsets: { monotonic: { seconds: 0, nanoseconds: 0 }, boottime: { seconds: 0, nanoseconds: 0 } },
  mountIds: [22, 23, 24],
  netStat: 4026531844,
  init,
  second: kthreadd,
  procInodes: [[4026531845, 4026531900]],
  hostNetSysctl: true,
  traces: [],
};

/** The same host as an older kernel has it, where mnt and net have no fixed numbers. */
export const onOldHost: DetectEvidence = {
  ...onHost,
  kernel: '6.1.0',
  links: { ...onHost.links, mnt: { inode: 0xf0000001, dev: 4 }, net: { inode: 0xf0000000, dev: 4 } },
  reader: { ...initialInodes, mnt: 0xf0000001, net: 0xf0000000 },
};
