// The namespaces that open files hold, of any kind and also in flight. The kernel's files and the queues of its unix
// sockets, by BPF: bpf/files.bpf.c, bpf/queues.bpf.c.
import { type OpenFiles, readOpenFiles } from '../../kernel/bpf/open-files.ts';
import type { ProcessFact } from '../../model/facts/facts.ts';
import { limits } from '../../model/facts/limits.ts';
import { fileKinds, shownByBpfAlone } from '../../model/snapshot/holder-kinds.ts';
import type { Holder } from '../../model/snapshot/schema.ts';
import { type BpfFileRecord, listIdentified } from '../../parse/records/bpf-files.ts';
import type { Queued } from '../../parse/records/bpf-queues.ts';
import { explainWithheld, skipBpfOfTasks, skipHolders } from '../contract/reasons.ts';
import type { Report, Source } from '../contract/source.ts';

export const openFiles: Source<'host' | 'wanted' | 'namespaces' | 'tasks'> = {
  name: 'open-files',
  question: 'which namespaces do open files hold, of any kind and also in flight?',
  skip: (inputs) => skipHolders(inputs) ?? skipBpfOfTasks(inputs),
  run({ tasks }, report) {
    const reading = readOpenFiles();
    if ('refused' in reading) {
      report.refused('the open files of all processes, with BPF', reading.refused.code, reading.refused.syscall);
      return undefined;
    }
    const { files, queued } = reading;
    report.asked(files.records.length + queued.length);
    for (const record of files.records)
      report.emit({ fact: 'holder', type: record.type, inode: record.inode, holder: toHolder(record) });
    emitQueued(report, tasks.processes, queued);
    const records = [...files.records, ...queued.map(({ record }) => record)];
    for (const { type, inode, id } of listIdentified(records))
      report.emit({ fact: 'namespace', type, inode, id: String(id) });
    for (const { type, inode, kind, inFlight } of records)
      if (inFlight && kind === 'nsfs') report.emit({ fact: 'namespace', type, inode, openInFlight: true });
    report.searched(fileKinds);
    tellUnreadQueues(report, reading);
    const { cut } = files;
    if (cut > 0) report.searched(['watch'], `the watches of ${cut} descriptors were too many, or changed meanwhile`);
    // Their descriptors are read from /proc; what else their files hold is not to be seen there.
    const withheld = explainWithheld(tasks.withheld);
    if (withheld !== undefined) report.searched(shownByBpfAlone, withheld);
    return { filesByBpf: true };
  },
};

/** What keeps only namespaces that the receiver is in itself goes with it, and is not named. */
function emitQueued(report: Report, processes: readonly ProcessFact[], queued: readonly Queued[]): void {
  if (queued.length === 0) return;
  const own = new Map<number, ProcessFact>();
  for (const process of processes) own.set(process.pid, process);
  for (const { record, receivers } of queued) {
    const { type, inode, kind, socketInode } = record;
    for (const { pid, tid, fd, socketInode: socket } of receivers) {
      if (kind !== 'nsfs' && own.get(pid)?.namespaces[type] === inode) continue;
      const descriptor = { pid, fd, ...(tid === pid ? {} : { tid }) };
      report.emit({
        fact: 'holder',
        type,
        inode,
        holder: Object.freeze({ kind: 'in-flight', ...descriptor, socket }),
      });
    }
    if (receivers.length === 0)
      report.emit({ fact: 'holder', type, inode, holder: Object.freeze({ kind: 'in-flight', socket: socketInode }) });
  }
}

function tellUnreadQueues(report: Report, { files, missed, refusedQueues }: OpenFiles): void {
  if (missed > 0) report.searched(['in-flight'], `there was no room for ${missed} of what waits in queues`);
  if (!refusedQueues) return;
  report.refused('the queues of all unix sockets', refusedQueues.code, refusedQueues.syscall);
  report.searched(['in-flight'], `only descriptors in the queues of open sockets were read: ${refusedQueues.reason}`);
  for (const socket of files.cutSocketInodes) report.limit(limits.queueCut(socket));
}

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
    case 'signals':
      return Object.freeze({ kind: 'signal-target', ...descriptor });
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
    case 'sender':
      throw new Error(`${kind} is not an open file`);
  }
}
