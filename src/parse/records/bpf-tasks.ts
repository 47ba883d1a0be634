// The records of bpf/tasks.bpf.c: processes and threads, read one after the other without an object for each.
import { type NamespaceLink, namespaceLinks } from '../../model/snapshot/namespace-types.ts';
import { readComm, viewWords } from './bpf-words.ts';
import { layOut } from './layout.ts';

/** Its PIDs in nested pid namespaces, if there are any, come after it. */
export const taskLayout = layOut('struct record of bpf/tasks.bpf.c', {
  tgid: 'u32',
  pid: 'u32',
  parent: 'u32',
  uid: 'u32',
  euid: 'u32',
  flags: 'u32',
  state: 'u32',
  exit_state: 'u32',
  threads: 'u32',
  level: 'u32',
  links: ['u32', namespaceLinks.length],
  nested: 'u32',
  pad: 'u32',
  start_boottime: 'u64',
  cgroups: 'u64',
  comm: ['char', 16],
});

const { word } = taskLayout;

/** PF_KTHREAD of include/linux/sched.h. */
const kernelThreadFlag = 0x00200000;

const taskReport = 0x7f;
const taskIdle = 0x402;
const taskRtlockWait = 0x1000;
const taskFrozen = 0x8000;
/** By the highest bit that is set, none first: task_state_array of fs/proc/array.c. */
const stateLetters = 'RSDTtXZPI';

const nanosecondsPerTick = 10_000_000;
const ticksPerSecond = 100;

/**
 * Walks the tasks: `while (cursor.next()) cursor.pid …`. The getters tell of the present task; nothing is decoded before
 * it is asked for, and only `comm` and `pids` make something new.
 */
export class BpfTaskCursor {
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;
  #at = -1;
  #end = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#words = viewWords(bytes);
  }

  /**
   * Goes to the next task; false at the end.
   * @throws Error when a record is cut: program and parser are not of one version
   */
  next(): boolean {
    this.#at = this.#end;
    if (this.#at >= this.#words.length) return false;
    this.#end = this.#at + taskLayout.words + (this.#words[this.#at + word.nested] ?? 0);
    if (this.#end > this.#words.length) throw new Error('a BPF task record is cut');
    return true;
  }

  /** Where the present task stands, for goTo. */
  get position(): number {
    return this.#at;
  }

  /** Goes to a task that was there before. */
  goTo(position: number): this {
    this.#at = position;
    this.#end = position + taskLayout.words + (this.#words[position + word.nested] ?? 0);
    return this;
  }

  /** The process, as the reader's pid namespace has it. */
  get pid(): number {
    return this.#word(word.tgid);
  }

  /** The thread; equal to `pid` for the leader. */
  get tid(): number {
    return this.#word(word.pid);
  }

  /** 0: none, or outside the reader's pid namespace. */
  get ppid(): number {
    return this.#word(word.parent);
  }

  /** Real uid, as the initial user namespace has it. */
  get uid(): number {
    return this.#word(word.uid);
  }

  /** Effective uid, as the initial user namespace has it: the owner of /proc/PID while the process is dumpable. */
  get euid(): number {
    return this.#word(word.euid);
  }

  get isKernelThread(): boolean {
    return (this.#word(word.flags) & kernelThreadFlag) !== 0;
  }

  /** The letter of proc_pid_stat(5). */
  get state(): string {
    return findStateLetter(this.#word(word.state), this.#word(word.exit_state));
  }

  /** Threads of the process. */
  get threads(): number {
    return this.#word(word.threads);
  }

  /** The inode number behind a link of /proc/PID/ns; 0 when it has none any more. */
  inode(link: NamespaceLink): number {
    return this.#word(linkWords[link]);
  }

  /** All records as words of 32 bits: loops over thousands of tasks look at them without a call for each. */
  get words(): Uint32Array {
    return this.#words;
  }

  /** Where among the words the inode numbers of the links begin, in the order of namespaceLinks. */
  get linksStart(): number {
    return this.#at + word.links;
  }

  /** Its PID in each pid namespace from the reader's to its own, as NSpid of proc_pid_status(5). */
  get pids(): number[] {
    const pids = [this.tid];
    for (let at = this.#at + taskLayout.words; at < this.#end; at++) pids.push(this.#words[at] as number);
    return pids;
  }

  /** How many PIDs `pids` has. */
  get pidCount(): number {
    return 1 + this.#word(word.nested);
  }

  /**
   * Since boot, as the start time of proc_pid_stat(5).
   * @param offset - what the reader's time namespace adds to the clock `boottime`
   */
  startTimeTicks(offset: { readonly seconds: number; readonly nanoseconds: number } = noOffset): number {
    const low = this.#word(word.start_boottime);
    const high = this.#word(word.start_boottime + 1);
    // 2^32 ns are 429 ticks and 4,967,296 ns: so nothing is rounded, however long the host is up.
    const rest = high * 4_967_296 + low + offset.nanoseconds;
    return high * 429 + Math.floor(rest / nanosecondsPerTick) + offset.seconds * ticksPerSecond;
  }

  /**
   * A number that tasks share exactly when they are in the same cgroup of every hierarchy, so that /proc/PID/cgroup need
   * be read for one of them only. It means nothing else, and is not to be shown.
   */
  get cgroupSet(): number {
    // Of a kernel address the 7 highest bits are ones and the 4 lowest tell no two objects apart: 53 bits remain.
    return (this.#word(word.cgroups + 1) & 0x01ff_ffff) * 0x1000_0000 + (this.#word(word.cgroups) >>> 4);
  }

  /** The name, at most 15 bytes. Kernel threads have longer ones in /proc (and workers say there what they do). */
  get comm(): string {
    return readComm(this.#bytes, (this.#at + word.comm) * 4);
  }

  #word(index: number): number {
    return this.#words[this.#at + index] as number;
  }
}

const noOffset = { seconds: 0, nanoseconds: 0 };

const linkWords = Object.fromEntries(namespaceLinks.map((link, index) => [link, word.links + index])) as Record<
  NamespaceLink,
  number
>;

/** task_state_index() of include/linux/sched.h. */
function findStateLetter(state: number, exitState: number): string {
  let reported = (state | exitState) & taskReport;
  if ((state & taskIdle) === taskIdle) reported = taskReport + 1;
  else if (state === taskRtlockWait || (state & taskFrozen) !== 0) reported = 2;
  return stateLetters[32 - Math.clz32(reported)] ?? '?';
}
