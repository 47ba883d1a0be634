// Every process and each thread that is elsewhere than its leader, from the kernel's task list by BPF, as facts.
import type { NamespaceInodes, ProcessFact } from '../model/facts.ts';
import { isKnown, notAsked, unknownFromErrno } from '../model/known.ts';
import { type NamespaceLink, namespaceLinks } from '../model/namespace-types.ts';
import { BpfTaskCursor } from '../parse/bpf-tasks.ts';
import { parseText } from '../parse/text.ts';
import { parseTimeOffsets } from '../parse/time-offsets.ts';
import { readBpfTasks } from './bpf.ts';
import type { BpfRefusal } from './bpf-refusal.ts';
import { readTextFile } from './files.ts';
import { readProcTable } from './proc-table.ts';

export interface BpfTask {
  readonly process: ProcessFact;
  /** Its PIDs from the reader's pid namespace to its own, where it has more than one. */
  readonly pids: readonly number[] | undefined;
  /** Equal for tasks in the same cgroup of every hierarchy. */
  readonly cgroupSet: number;
}

/**
 * @param links - those that this kernel has; others stay `unsupported`
 * @returns the tasks of nscope's own pid namespace, or why BPF does not give them
 */
export function readTasksByBpf(links: ReadonlySet<NamespaceLink>): readonly BpfTask[] | BpfRefusal {
  const reading = readBpfTasks();
  if ('refused' in reading) return reading.refused;
  const cursor = new BpfTaskCursor(reading.bytes);
  const sets = new NamespaceSets(links);
  const offset = readOwnOffset();
  const tasks: BpfTask[] = [];
  const leaders = new Map<number, NamespaceInodes>();
  const kernelThreads: number[] = [];
  while (cursor.next()) {
    const { pid, tid } = cursor;
    const namespaces = sets.of(cursor);
    // A thread that differs in its uid alone is where its leader is.
    if (tid === pid) leaders.set(pid, namespaces);
    else if (leaders.get(pid) === namespaces) continue;
    if (cursor.isKernelThread) kernelThreads.push(tid);
    tasks.push({
      process: {
        fact: 'process',
        pid,
        tid,
        ppid: cursor.ppid,
        state: cursor.state,
        comm: cursor.comm,
        startTimeTicks: cursor.startTimeTicks(offset),
        threads: cursor.threads,
        uid: cursor.euid,
        kernelThread: cursor.isKernelThread,
        namespaces,
        commandLine: notAsked,
        cgroup: notAsked,
      },
      pids: cursor.pidCount > 1 ? Object.freeze(cursor.pids) : undefined,
      cgroupSet: cursor.cgroupSet,
    });
  }
  return nameKernelThreads(tasks, kernelThreads);
}

/** Equal sets of namespaces are one frozen object; most tasks share theirs with others. */
class NamespaceSets {
  readonly #links: ReadonlySet<NamespaceLink>;
  readonly #byHash = new Map<number, { readonly inodes: readonly number[]; readonly set: NamespaceInodes }[]>();

  constructor(links: ReadonlySet<NamespaceLink>) {
    this.#links = links;
  }

  of(cursor: BpfTaskCursor): NamespaceInodes {
    let hash = 0;
    for (let i = 0; i < namespaceLinks.length; i++) hash = (Math.imul(hash, 31) + cursor.inodeAt(i)) | 0;
    let alike = this.#byHash.get(hash);
    if (!alike) {
      alike = [];
      this.#byHash.set(hash, alike);
    }
    for (const { inodes, set } of alike) if (inodes.every((inode, i) => inode === cursor.inodeAt(i))) return set;
    const inodes = namespaceLinks.map((_, i) => cursor.inodeAt(i));
    const set = this.#make(inodes);
    alike.push({ inodes, set });
    return set;
  }

  #make(inodes: readonly number[]): NamespaceInodes {
    const entries = namespaceLinks.map((link, i) => {
      const inode = inodes[i] ?? 0;
      if (inode !== 0) return [link, inode];
      // A task that has ended has given its namespaces back, as ENOENT of /proc says.
      return [link, this.#links.has(link) ? unknownFromErrno('ENOENT') : missingLink];
    });
    return Object.freeze(Object.fromEntries(entries)) as NamespaceInodes;
  }
}

const missingLink = Object.freeze({ unknown: 'unsupported', detail: 'this kernel has no such link' } as const);

/** Times of /proc are those of the reader's time namespace. */
export function readOwnOffset(): { readonly seconds: number; readonly nanoseconds: number } {
  const text = readTextFile('/proc/self/timens_offsets');
  return isKnown(text) && text !== '' ? parseTimeOffsets(text).boottime : { seconds: 0, nanoseconds: 0 };
}

/** The task has 15 bytes of a kernel thread's name; /proc has the whole of it. */
function nameKernelThreads(tasks: readonly BpfTask[], kernelThreads: readonly number[]): readonly BpfTask[] {
  const names = new Map<number, string>();
  for (const { name, files } of readProcTable({
    names: kernelThreads.map(String),
    links: [],
    files: ['comm'],
    maxFileBytes: 256,
  })) {
    const [comm] = files;
    if (comm instanceof Buffer) names.set(Number(name), parseText(comm.subarray(0, comm.length - 1)));
  }
  return tasks.map((task) => {
    const comm = names.get(task.process.tid);
    return comm === undefined ? task : { ...task, process: { ...task.process, comm } };
  });
}
