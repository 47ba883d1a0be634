// Every process and each thread that is elsewhere than its leader, from the kernel's task list by BPF, as facts.
import type { NamespaceInodes, ProcessFact } from '../../model/facts/facts.ts';
import { isKnown, notAsked, type Unknown, unknownFromErrno } from '../../model/snapshot/known.ts';
import { type NamespaceLink, namespaceLinks } from '../../model/snapshot/namespace-types.ts';
import { parseTimeOffsets } from '../../parse/proc/time-offsets.ts';
import { BpfTaskCursor } from '../../parse/records/bpf-tasks.ts';
import { parseText } from '../../parse/text/text.ts';
import { readTextFile } from '../files/files.ts';
import { readProcTable } from '../proc/proc-table.ts';
import type { BpfRefusal } from './refusal.ts';
import { readBpfTasks } from './run.ts';

/** Takes the tasks as they come. */
interface BpfTaskReceiver {
  task(task: ProcessFact): void;
  /** A task with more than one PID: from the reader's pid namespace to its own. */
  pids(tid: number, pids: readonly number[]): void;
  /** A number that is equal for tasks in the same cgroup of every hierarchy; absent where nobody wants it. */
  cgroupSet?: (tid: number, set: number) => void;
}

/**
 * @param links - those that this kernel has; others stay `unsupported`
 * @param receiver - gets the tasks of nscope's own pid namespace
 * @returns how many there were, or why BPF does not give them: then the receiver has got none
 */
export function readTasksByBpf(links: ReadonlySet<NamespaceLink>, receiver: BpfTaskReceiver): number | BpfRefusal {
  const reading = readBpfTasks();
  if ('refused' in reading) return reading.refused;
  const cursor = new BpfTaskCursor(reading.bytes);
  const lookUp = new BpfTaskCursor(reading.bytes);
  const sets = new NamespaceSets(links);
  const offset = readOwnOffset();
  const leaders = new Map<number, NamespaceInodes>();
  let count = 0;
  while (cursor.next()) {
    const { pid, tid } = cursor;
    const namespaces = sets.of(cursor);
    // A thread that differs in its uid alone is where its leader is.
    if (tid === pid) {
      if (cursor.threads > 1) leaders.set(pid, namespaces);
    } else if (leaders.get(pid) === namespaces) continue;
    count++;
    receiver.task(new TaskFact(lookUp, cursor.position, pid, tid, cursor.startTimeTicks(offset), namespaces));
    receiver.cgroupSet?.(tid, cursor.cgroupSet);
    if (cursor.pidCount > 1) receiver.pids(tid, Object.freeze(cursor.pids));
  }
  return count;
}

/** A task of which is decoded at once what every reading needs; the rest when somebody wants it: a listing shows few. */
class TaskFact implements ProcessFact {
  readonly fact = 'process';
  readonly pid: number;
  readonly tid: number;
  readonly startTimeTicks: number;
  readonly namespaces: NamespaceInodes;
  /** Where the name is longer than what the kernel's list has of it. */
  wholeName: string | undefined;
  readonly #tasks: BpfTaskCursor;
  readonly #position: number;

  constructor(
    tasks: BpfTaskCursor,
    position: number,
    pid: number,
    tid: number,
    startTimeTicks: number,
    namespaces: NamespaceInodes,
  ) {
    this.#tasks = tasks;
    this.#position = position;
    this.pid = pid;
    this.tid = tid;
    this.startTimeTicks = startTimeTicks;
    this.namespaces = namespaces;
  }

  get ppid(): number {
    return this.#tasks.goTo(this.#position).ppid;
  }

  get state(): string {
    return this.#tasks.goTo(this.#position).state;
  }

  get threads(): number {
    return this.#tasks.goTo(this.#position).threads;
  }

  get uid(): number {
    return this.#tasks.goTo(this.#position).euid;
  }

  get kernelThread(): boolean {
    return this.#tasks.goTo(this.#position).isKernelThread;
  }

  get comm(): string {
    return this.wholeName ?? this.#tasks.goTo(this.#position).comm;
  }

  get commandLine(): Unknown {
    return notAsked;
  }

  get cgroup(): Unknown {
    return notAsked;
  }
}

/** Equal sets of namespaces are one frozen object; most tasks share theirs with the task before. */
class NamespaceSets {
  readonly #links: ReadonlySet<NamespaceLink>;
  readonly #byHash = new Map<number, KnownSet[]>();
  #last: KnownSet | undefined;

  constructor(links: ReadonlySet<NamespaceLink>) {
    this.#links = links;
  }

  /** That of the present task. */
  of({ words, linksStart }: BpfTaskCursor): NamespaceInodes {
    if (!this.#last || !isSameSet(words, this.#last.at, linksStart)) this.#last = this.#find(words, linksStart);
    return this.#last.set;
  }

  #find(words: Uint32Array, at: number): KnownSet {
    let hash = 0;
    for (let i = at; i < at + linkCount; i++) hash = (Math.imul(hash, 31) + (words[i] as number)) | 0;
    const alike = this.#byHash.get(hash);
    for (const known of alike ?? []) if (isSameSet(words, known.at, at)) return known;
    const known = { at, set: this.#make(words, at) };
    if (alike) alike.push(known);
    else this.#byHash.set(hash, [known]);
    return known;
  }

  /** In one piece, in the order of namespaceLinks, which is that of the record: thousands are made of a listing. */
  #make(words: Uint32Array, at: number): NamespaceInodes {
    return Object.freeze({
      cgroup: words[at] || this.#explain('cgroup'),
      ipc: words[at + 1] || this.#explain('ipc'),
      mnt: words[at + 2] || this.#explain('mnt'),
      net: words[at + 3] || this.#explain('net'),
      pid: words[at + 4] || this.#explain('pid'),
      time: words[at + 5] || this.#explain('time'),
      user: words[at + 6] || this.#explain('user'),
      uts: words[at + 7] || this.#explain('uts'),
      pid_for_children: words[at + 8] || this.#explain('pid_for_children'),
      time_for_children: words[at + 9] || this.#explain('time_for_children'),
    });
  }

  /** A task that has ended has given its namespaces back, as ENOENT of /proc says. */
  #explain(link: NamespaceLink): Unknown {
    return this.#links.has(link) ? unknownFromErrno('ENOENT') : missingLink;
  }
}

/** A set, and where the links of the first task in it stand among the words. */
interface KnownSet {
  readonly at: number;
  readonly set: NamespaceInodes;
}

const linkCount = namespaceLinks.length;

function isSameSet(words: Uint32Array, a: number, b: number): boolean {
  for (let i = 0; i < linkCount; i++) if (words[a + i] !== words[b + i]) return false;
  return true;
}

const missingLink = Object.freeze({ unknown: 'unsupported', detail: 'this kernel has no such link' } as const);

/** Times of /proc are those of the reader's time namespace. */
function readOwnOffset(): { readonly seconds: number; readonly nanoseconds: number } {
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
