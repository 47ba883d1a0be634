// Which namespaces do open files hold, of any kind and also in flight? The kernel's files, by BPF: bpf/files.bpf.c.
import { readBpfFiles } from '../kernel/bpf/run.ts';
import { fileKinds, shownByBpfAlone } from '../model/snapshot/holder-kinds.ts';
import type { Holder } from '../model/snapshot/schema.ts';
import { type BpfFileRecord, listIdentified, parseBpfFiles } from '../parse/records/bpf-files.ts';
import { explainWithheld, type Source, type SourceContext } from './source.ts';

export const openFiles: Source = {
  name: 'open-files',
  question: 'which namespaces do open files hold, of any kind and also in flight?',
  skip: (context) => context.skipHolders() ?? context.skipBpfOfTasks(),
  run(context: SourceContext): void {
    const reading = readBpfFiles();
    if ('refused' in reading) {
      context.refused('the open files of all processes, with BPF', reading.refused.code, reading.refused.syscall);
      return;
    }
    const { records, cutSocketInodes, cut } = parseBpfFiles(reading.bytes);
    context.asked(records.length);
    for (const record of records)
      context.emit({ fact: 'holder', type: record.type, inode: record.inode, holder: toHolder(record) });
    for (const { type, inode, id } of listIdentified(records))
      context.emit({ fact: 'namespace', type, inode, id: String(id) });
    for (const socket of cutSocketInodes)
      context.limit(
        `not all that is in flight in socket:[${socket}] was read: it is too much, or has queues of its own`,
      );
    context.filesByBpf(true);
    context.searched(fileKinds);
    if (cutSocketInodes.length > 0)
      context.searched(
        ['in-flight'],
        `the queues of ${cutSocketInodes.length} unix sockets were too long, or hold sockets with queues of their own`,
      );
    if (cut > 0) context.searched(['watch'], `the watches of ${cut} descriptors were too many, or changed meanwhile`);
    // Their descriptors are read from /proc; what else their files hold is not to be seen there.
    const withheld = explainWithheld(context.withheld());
    if (withheld !== undefined) context.searched(shownByBpfAlone, withheld);
  },
};

function toHolder({ kind, pid, tid, fd, inFlight, socketInode }: BpfFileRecord): Holder {
  const descriptor = { pid, fd, ...(tid === pid ? {} : { tid }) };
  if (inFlight) return Object.freeze({ kind: 'in-flight', ...descriptor, socket: socketInode });
  switch (kind) {
    case 'nsfs':
      return Object.freeze({ kind: 'fd', ...descriptor });
    case 'socket':
      return Object.freeze({ kind: 'socket', ...descriptor, socket: socketInode });
    case 'tun':
      return Object.freeze({ kind: 'tap', ...descriptor });
    case 'peer':
      return Object.freeze({ kind: 'peer-credentials', ...descriptor, socket: socketInode });
    case 'procfs':
    case 'proc-entry':
    case 'shown':
      return Object.freeze({ kind: 'proc-file', ...descriptor });
    case 'credentials':
    case 'pidfd':
    case 'cgroup-file':
    case 'watch':
    case 'perf-event':
    case 'fs-context':
      return Object.freeze({ kind, ...descriptor });
    case 'cwd':
    case 'root':
    case 'program':
      throw new Error(`${kind} is not an open file`);
  }
}
