// Many tasks at once from /proc: which links of namespaces each has, and what its stat file tells. By the addon's threads,
// whose packed records native/proc-task.c describes, or without it by Node alone.
import { constants } from 'node:os';
import type { NamespaceInodes, ProcessFact } from '../../model/facts/facts.ts';
import { notAsked } from '../../model/snapshot/known.ts';
import type { NamespaceLink } from '../../model/snapshot/namespace-types.ts';
import { isKernelThread, kernelThreadFlag, parseStat } from '../../parse/proc/stat.ts';
import { readLong, viewWords } from '../../parse/records/bpf-words.ts';
import { layOut } from '../../parse/records/layout.ts';
import { parseText } from '../../parse/text/text.ts';
import { loadAddon, type ProcReading } from '../addon/addon.ts';
import { packQuestion, type ReadingQuestion, takeBatches } from './proc-reading.ts';
import { readEntry } from './proc-table.ts';
import { readFiles, readLinks } from './proc-table-records.ts';

interface TaskQuestion extends ReadingQuestion {
  readonly links: readonly NamespaceLink[];
}

/** What the files that were asked for say of a task. */
type TaskFiles = Pick<ProcessFact, 'commandLine' | 'cgroup'>;

/** Takes the tasks as they come, in the order of their names. Numbers below zero are errno values with the sign turned. */
interface ProcTaskReceiver {
  /** The number behind each link: once for each set of them, of which every task then has the answer. */
  links(numbers: readonly number[]): NamespaceInodes;
  /** The bytes of each file. They belong to one large buffer: copy what is to be kept. */
  files(files: readonly (Buffer | number)[]): TaskFiles;
  task(task: ProcessFact, name: string): void;
  /** Opening the directory failed: the process is gone, or not to be seen. */
  failed(name: string, errno: number): void;
}

/**
 * Reads go through one descriptor for each directory, so all that is told of a task belongs to one, even where its PID is
 * used again meanwhile; its stat file is read behind its links and before its files. One that ended before that is passed
 * over.
 * @param begun - the addon's reading of this question, where that has begun
 * @throws SyscallError when `root` cannot be opened; MalformedError for a stat file that is not as its man page has it
 */
export function readProcTasks(question: TaskQuestion, receiver: ProcTaskReceiver, begun?: ProcReading): void {
  startProcTasks(question, begun)(receiver);
}

/**
 * The same, in two steps: threads of the addon, where it is, read from now on.
 * @returns what gives the tasks to a receiver, once, and reads those that no thread has begun
 */
export function startProcTasks(question: TaskQuestion, begun?: ProcReading): (receiver: ProcTaskReceiver) => void {
  const { names } = question;
  if (names.length === 0) return () => {};
  const result = loadAddon();
  if (!('addon' in result))
    return (receiver) => {
      const sets = new LinkSets(question.links.length, receiver);
      for (const name of names) readByNode(name, question, sets, receiver);
    };
  const { addon } = result;
  const reading = begun ?? addon.startProcTasks(...packQuestion(question));
  return (receiver) => {
    const records = new TaskRecords(question, receiver);
    for (const batch of takeBatches(addon, reading)) records.take(batch);
  };
}

const { EBADMSG } = constants.errno;

/** Links, name and files come after it. */
export const procTaskLayout = layOut('struct task of native/proc-task.c', {
  size: 'u32',
  err: 's32',
  stat: 's32',
  marks: 'u32',
  pid: 'u32',
  tid: 'u32',
  uid: 'u32',
  ppid: 'u32',
  state: 'u32',
  flags: 'u32',
  threads: 'u32',
  name_length: 'u32',
  start: 'u64',
});

const { word } = procTaskLayout;
/** Its links are those of the task before it in the batch. */
const sameLinks = 1;
const noFiles: TaskFiles = { commandLine: notAsked, cgroup: notAsked };

/** Decodes the batches, one after another. */
class TaskRecords {
  readonly #question: TaskQuestion;
  readonly #receiver: ProcTaskReceiver;
  readonly #sets: LinkSets;
  #index = 0;

  constructor(question: TaskQuestion, receiver: ProcTaskReceiver) {
    this.#question = question;
    this.#receiver = receiver;
    this.#sets = new LinkSets(question.links.length, receiver);
  }

  take(batch: Buffer): void {
    const { names, links, files } = this.#question;
    const receiver = this.#receiver;
    const words = viewWords(batch);
    let namespaces: NamespaceInodes | undefined;
    for (let at = 0; at < words.length; at += (words[at + word.size] as number) >>> 2) {
      const name = names[this.#index++] as string;
      const errno = words[at + word.err] as number;
      if (errno !== 0) {
        receiver.failed(name, errno);
        continue;
      }
      if (!namespaces || ((words[at + word.marks] as number) & sameLinks) === 0)
        namespaces = this.#sets.of(words, at + procTaskLayout.words);
      const failure = words[at + word.stat] as number;
      if (failure === 0) {
        const nameStart = (at + procTaskLayout.words + 2 * links.length) * 4;
        const told = files.length === 0 ? noFiles : receiver.files(readFilesBehind(batch, words, at, nameStart, files));
        receiver.task(new TaskFact(words, at, nameStart, namespaces, told), name);
      } else if (failure === EBADMSG) readByNode(name, this.#question, this.#sets, receiver);
    }
  }
}

/** The sets of links so far, by what the numbers are: equal ones have one answer, and no text is made to compare them. */
class LinkSets {
  readonly #count: number;
  readonly #receiver: Pick<ProcTaskReceiver, 'links'>;
  readonly #byHash = new Map<number, KnownLinks[]>();

  constructor(count: number, receiver: Pick<ProcTaskReceiver, 'links'>) {
    this.#count = count;
    this.#receiver = receiver;
  }

  /** @param at - the word where the first link begins */
  of(words: Uint32Array, at: number): NamespaceInodes {
    const length = 2 * this.#count;
    let hash = 0;
    for (let i = at; i < at + length; i += 2) hash = (Math.imul(hash, 31) + (words[i] as number)) | 0;
    const alike = this.#byHash.get(hash);
    for (const known of alike ?? []) if (areSame(known, words, at, length)) return known.namespaces;
    const namespaces = this.#receiver.links(readLinks(words, at, this.#count));
    if (alike) alike.push({ words, at, namespaces });
    else this.#byHash.set(hash, [{ words, at, namespaces }]);
    return namespaces;
  }
}

interface KnownLinks {
  readonly words: Uint32Array;
  readonly at: number;
  readonly namespaces: NamespaceInodes;
}

function areSame(known: KnownLinks, words: Uint32Array, at: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (known.words[known.at + i] !== words[at + i]) return false;
  return true;
}

function readFilesBehind(batch: Buffer, words: Uint32Array, at: number, nameStart: number, files: readonly string[]) {
  return readFiles(
    batch,
    words,
    (nameStart + (((words[at + word.name_length] as number) + 7) & ~7)) >>> 2,
    files.length,
  );
}

/** A task of which is decoded at once what every reading needs; the rest when somebody wants it: a listing shows few. */
class TaskFact implements ProcessFact {
  readonly fact = 'process';
  readonly pid: number;
  readonly tid: number;
  readonly startTimeTicks: number;
  readonly threads: number;
  readonly namespaces: NamespaceInodes;
  readonly #words: Uint32Array;
  readonly #at: number;
  readonly #nameStart: number;
  readonly #told: TaskFiles;

  constructor(words: Uint32Array, at: number, nameStart: number, namespaces: NamespaceInodes, told: TaskFiles) {
    this.pid = words[at + word.pid] as number;
    this.tid = words[at + word.tid] as number;
    this.startTimeTicks = readLong(words, at + word.start);
    this.threads = words[at + word.threads] as number;
    this.namespaces = namespaces;
    this.#words = words;
    this.#at = at;
    this.#nameStart = nameStart;
    this.#told = told;
  }

  get ppid(): number {
    return this.#words[this.#at + word.ppid] as number;
  }

  get state(): string {
    return String.fromCharCode(this.#words[this.#at + word.state] as number);
  }

  get uid(): number {
    return this.#words[this.#at + word.uid] as number;
  }

  get kernelThread(): boolean {
    return ((this.#words[this.#at + word.flags] as number) & kernelThreadFlag) !== 0;
  }

  get comm(): string {
    const { buffer, byteOffset } = this.#words;
    const length = this.#words[this.#at + word.name_length] as number;
    return parseText(new Uint8Array(buffer, byteOffset + this.#nameStart, length));
  }

  get commandLine(): ProcessFact['commandLine'] {
    return this.#told.commandLine;
  }

  get cgroup(): ProcessFact['cgroup'] {
    return this.#told.cgroup;
  }
}

function readByNode(name: string, question: TaskQuestion, sets: LinkSets, receiver: ProcTaskReceiver): void {
  const { links, files, maxFileBytes, root = '/proc' } = question;
  const entry = readEntry(`${root}/${name}`, name, {
    links: links.map((link) => `ns/${link}`),
    files: ['stat', ...files],
    maxFileBytes,
  });
  if (entry.errno !== 0) {
    receiver.failed(name, entry.errno);
    return;
  }
  const [statBytes, ...others] = entry.files;
  if (!(statBytes instanceof Buffer) || statBytes.length === 0) return;
  const stat = parseStat(statBytes);
  const [pid = 0, tid = pid] = name.split(/\D+/).map(Number);
  const namespaces = sets.of(new Uint32Array(BigInt64Array.from(entry.links, BigInt).buffer), 0);
  const { commandLine, cgroup } = files.length === 0 ? noFiles : receiver.files(others);
  receiver.task(
    {
      fact: 'process',
      pid,
      tid,
      ppid: stat.ppid,
      state: stat.state,
      comm: stat.comm,
      startTimeTicks: stat.startTimeTicks,
      threads: stat.threads,
      uid: entry.uid,
      kernelThread: isKernelThread(stat),
      namespaces,
      commandLine,
      cgroup,
    },
    name,
  );
}
