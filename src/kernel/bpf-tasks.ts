// Every process and each thread that is elsewhere than its leader, from the kernel's task list by BPF, as facts.
import type { NamespaceInodes, ProcessFact } from '../model/facts.ts';
import { isKnown, notAsked, unknownFromErrno } from '../model/known.ts';
import { type NamespaceLink, namespaceLinks } from '../model/namespace-types.ts';
import { BpfTaskCursor, parseComm } from '../parse/bpf-tasks.ts';
import { parseText } from '../parse/text.ts';
import { parseTimeOffsets } from '../parse/time-offsets.ts';
import { readBpfTasks } from './bpf.ts';
import type { BpfRefusal } from './bpf-refusal.ts';
import { readTextFile } from './files.ts';
import { readProcTable } from './proc-table.ts';

/** Takes the tasks as they come. */
export interface TaskReceiver {
  task(task: ProcessFact): void;
  /** A process with more than one PID: from the reader's pid namespace to its own. */
  pids(pid: number, pids: readonly number[]): void;
  /** A number that is equal for tasks in the same cgroup of every hierarchy. */
  cgroupSet(tid: number, set: number): void;
}

/**
 * @param links - those that this kernel has; others stay `unsupported`
 * @param receiver - gets the tasks of nscope's own pid namespace
 * @returns how many there were, or why BPF does not give them: then the receiver has got none
 */
export function readTasksByBpf(links: ReadonlySet<NamespaceLink>, receiver: TaskReceiver): number | BpfRefusal {
  const reading = readBpfTasks();
  if ('refused' in reading) return reading.refused;
  const cursor = new BpfTaskCursor(reading.bytes);
  const sets = new NamespaceSets(links);
  const offset = readOwnOffset();
  const leaders = new Map<number, NamespaceInodes>();
  let count = 0;
  while (cursor.next()) {
    const { pid, tid } = cursor;
    const namespaces = sets.of(cursor.words, cursor.linksStart);
    // A thread that differs in its uid alone is where its leader is.
    if (tid === pid) {
      if (cursor.threads > 1) leaders.set(pid, namespaces);
    } else if (leaders.get(pid) === namespaces) continue;
    count++;
    const task = new TaskFact(cursor, namespaces, offset, reading.bytes);
    receiver.task(task);
    receiver.cgroupSet(tid, cursor.cgroupSet);
    if (tid === pid && cursor.pidCount > 1) receiver.pids(pid, Object.freeze(cursor.pids));
  }
  return count;
}

/** A task whose name is made text when somebody wants it: of thousands a listing shows a few. */
class TaskFact implements ProcessFact {
  readonly fact = 'process';
  readonly pid: number;
  readonly tid: number;
  readonly ppid: number;
  readonly state: string;
  readonly startTimeTicks: number;
  readonly threads: number;
  readonly uid: number;
  readonly kernelThread: boolean;
  readonly namespaces: NamespaceInodes;
  readonly commandLine = notAsked;
  readonly cgroup = notAsked;
  /** Where the name is longer than what the kernel's list has of it. */
  wholeName: string | undefined;
  readonly #bytes: Uint8Array;
  readonly #nameAt: number;

  constructor(
    cursor: BpfTaskCursor,
    namespaces: NamespaceInodes,
    offset: ReturnType<typeof readOwnOffset>,
    bytes: Uint8Array,
  ) {
    this.pid = cursor.pid;
    this.tid = cursor.tid;
    this.ppid = cursor.ppid;
    this.state = cursor.state;
    this.startTimeTicks = cursor.startTimeTicks(offset);
    this.threads = cursor.threads;
    this.uid = cursor.euid;
    this.kernelThread = cursor.isKernelThread;
    this.namespaces = namespaces;
    this.#bytes = bytes;
    this.#nameAt = cursor.commStart;
  }

  get comm(): string {
    return this.wholeName ?? parseComm(this.#bytes, this.#nameAt);
  }
}

/** Equal sets of namespaces are one frozen object; most tasks share theirs with the task before. */
class NamespaceSets {
  readonly #links: ReadonlySet<NamespaceLink>;
  readonly #byHash = new Map<number, KnownSet[]>();
  #last: KnownSet = { inodes: [], set: {} as NamespaceInodes };

  constructor(links: ReadonlySet<NamespaceLink>) {
    this.#links = links;
  }

  /** @param at - where the inode numbers of a task stand among the words */
  of(words: Uint32Array, at: number): NamespaceInodes {
    if (!isSameSet(this.#last.inodes, words, at)) this.#last = this.#find(words, at);
    return this.#last.set;
  }

  #find(words: Uint32Array, at: number): KnownSet {
    let hash = 0;
    for (let i = 0; i < namespaceLinks.length; i++) hash = (Math.imul(hash, 31) + (words[at + i] ?? 0)) | 0;
    let alike = this.#byHash.get(hash);
    if (!alike) {
      alike = [];
      this.#byHash.set(hash, alike);
    }
    for (const known of alike) if (isSameSet(known.inodes, words, at)) return known;
    const inodes = Array.from(words.subarray(at, at + namespaceLinks.length));
    const known = { inodes, set: this.#make(inodes) };
    alike.push(known);
    return known;
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

interface KnownSet {
  readonly inodes: readonly number[];
  readonly set: NamespaceInodes;
}

function isSameSet(inodes: readonly number[], words: Uint32Array, at: number): boolean {
  if (inodes.length === 0) return false;
  for (let i = 0; i < inodes.length; i++) if (inodes[i] !== words[at + i]) return false;
  return true;
}

const missingLink = Object.freeze({ unknown: 'unsupported', detail: 'this kernel has no such link' } as const);

/** Times of /proc are those of the reader's time namespace. */
export function readOwnOffset(): { readonly seconds: number; readonly nanoseconds: number } {
  const text = readTextFile('/proc/self/timens_offsets');
  return isKnown(text) && text !== '' ? parseTimeOffsets(text).boottime : { seconds: 0, nanoseconds: 0 };
}

/**
 * Reads the names of kernel threads among these: the kernel's list has 15 bytes of each, /proc the whole of it and what a
 * worker is working at.
 */
export function nameKernelThreads(tasks: Iterable<ProcessFact>): void {
  const byName = new Map<string, TaskFact>();
  for (const task of tasks) if (task.kernelThread && task instanceof TaskFact) byName.set(String(task.tid), task);
  const question = { names: [...byName.keys()], links: [], files: ['comm'], maxFileBytes: 256 };
  for (const { name, files } of readProcTable(question)) {
    const [comm] = files;
    const thread = byName.get(name);
    if (thread && comm instanceof Buffer) thread.wholeName = parseText(comm.subarray(0, comm.length - 1));
  }
}
