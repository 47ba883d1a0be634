// What events change: which namespaces there are, who is where, what holds and names them. Applying all events of a stream
// to the state that came first gives the state of a fresh snapshot.

import { isKnown } from '../snapshot/known.ts';
import {
  formatNamespace,
  type NamespaceType,
  namespaceLinks,
  namespaceTypes,
  readLinkType,
} from '../snapshot/namespace-types.ts';
import type { Holder, Namespace, NamespaceName, Process, Snapshot } from '../snapshot/schema.ts';
import type { EventNamespace, EventProcess, NamespaceEvent } from './events.ts';

/** A process, or a thread that is elsewhere than its process, as events have left it. */
export interface LiveTask extends EventProcess {
  comm: string;
  command?: string;
  /** Inodes in the order of namespaceLinks; 0 for what is not known. */
  links: readonly number[];
  /** It has ended, and its parent has not waited for it: all it has is its number and its user namespace. */
  isZombie?: true;
  /** Bit i: of namespaceTypes[i] it is not where its parent was when it last changed. */
  entered: number;
}

export interface LiveName {
  readonly key: string;
  readonly name: NamespaceName;
}

/** What has changed in a state since somebody took it. */
export interface StateChanges {
  /** Display forms: what came, ended, or has other holders or names. */
  readonly namespaces: Set<string>;
  /** Processes that began, moved, ended or have another name, or a thread of which did. */
  readonly pids: Set<number>;
}

/** Changed by `apply`, or kept up with snapshots by what differs in them; it keeps no snapshot. */
export class LiveState {
  /** By display form, `net:[4026532992]`. */
  readonly namespaces = new Map<string, EventNamespace>();
  /** By thread id: processes, and threads that are not where their process is. */
  readonly tasks = new Map<number, LiveTask>();
  /** By display form of the namespace, then by what describeHolder gives. */
  readonly holders = new Map<string, Map<string, Holder>>();
  /** By path. */
  readonly names = new Map<string, LiveName>();
  readonly #pathsOf = new Map<string, Set<string>>();
  /** Threads of `tasks`, by process. */
  readonly #threads = new Map<number, Set<number>>();
  #changes: StateChanges | undefined;

  constructor(snapshot?: Pick<Snapshot, 'namespaces' | 'processes'>) {
    for (const namespace of snapshot?.namespaces ?? []) this.putNamespace(namespace);
    for (const process of snapshot?.processes ?? []) this.putProcess(process);
    for (const task of this.tasks.values()) task.entered = task.isZombie ? 0 : this.findEntered(task);
  }

  /** Begins to note what changes. @returns what has since the last call; nothing at the first */
  takeChanges(): StateChanges {
    const changes = this.#changes ?? { namespaces: new Set(), pids: new Set() };
    this.#changes = { namespaces: new Set(), pids: new Set() };
    return changes;
  }

  /** As a snapshot has it, in the place of what was known of it. */
  putNamespace({ type, inode, id, owner, names, holders }: Namespace): void {
    const key = formatNamespace(type, inode);
    this.dropNamespace(key);
    const told = isKnown(owner) ? { owner } : {};
    this.namespaces.set(key, { type, inode, id: isKnown(id) ? id : null, ...told });
    for (const name of names) this.#name(key, name);
    for (const holder of holders) this.#hold(key, holder);
  }

  dropNamespace(key: string): void {
    this.namespaces.delete(key);
    this.holders.delete(key);
    for (const path of this.#pathsOf.get(key) ?? []) this.names.delete(path);
    this.#pathsOf.delete(key);
    this.#changes?.namespaces.add(key);
  }

  /** As a snapshot has it; whether it is elsewhere than its parent is not looked at. */
  putProcess(process: Process): void {
    if (process.state === 'X') this.dropTask(process.tid);
    else this.#put(toTask(process));
  }

  dropTask(tid: number): void {
    const task = this.tasks.get(tid);
    if (!task) return;
    this.tasks.delete(tid);
    this.#changes?.pids.add(task.pid);
    const threads = this.#threads.get(task.pid);
    if (tid === task.pid || !threads?.delete(tid)) return;
    if (threads.size === 0) this.#threads.delete(task.pid);
  }

  /** The process and those of its threads that `tasks` has. */
  *tasksOf(pid: number): Generator<LiveTask> {
    for (const tid of [pid, ...(this.#threads.get(pid) ?? [])]) {
      const task = this.tasks.get(tid);
      if (task && task.pid === pid) yield task;
    }
  }

  namesOf(key: string): NamespaceName[] {
    return [...(this.#pathsOf.get(key) ?? [])].flatMap((path) => this.names.get(path)?.name ?? []);
  }

  /** Of a task: the types in which it is elsewhere than its parent (a thread: than its process). */
  findEntered(task: Pick<LiveTask, 'pid' | 'tid' | 'ppid' | 'links'>): number {
    const above = this.tasks.get(task.tid === task.pid ? task.ppid : task.pid);
    let bits = 0;
    if (above)
      for (let i = 0; i < namespaceTypes.length; i++) {
        const [own, other] = [task.links[i] ?? 0, above.links[i] ?? 0];
        if (own !== 0 && other !== 0 && own !== other) bits |= 1 << i;
      }
    return bits;
  }

  /** The namespace of a type and number as it is known, else by its number alone. */
  find(type: NamespaceType, inode: number): EventNamespace {
    return this.namespaces.get(formatNamespace(type, inode)) ?? { type, inode, id: null };
  }

  /** `entered`, `left`, `lost` and `resync` change nothing: what they tell of is in the others. */
  apply(event: NamespaceEvent): void {
    if ('namespace' in event && event.event !== 'entered' && event.event !== 'left')
      this.#changes?.namespaces.add(keyOf(event.namespace));
    switch (event.event) {
      case 'created':
      case 'described':
        this.namespaces.set(keyOf(event.namespace), event.namespace);
        break;
      case 'destroyed':
        this.dropNamespace(keyOf(event.namespace));
        break;
      case 'held':
        this.#hold(keyOf(event.namespace), event.holder);
        break;
      case 'released':
        this.#release(keyOf(event.namespace), event.holder);
        break;
      case 'named':
        this.#name(keyOf(event.namespace), event.name);
        break;
      case 'unnamed':
        this.#unname(event.name.path);
        break;
      case 'fork':
      case 'moved':
        this.#move(event.process, event.links);
        break;
      case 'exit':
        if (event.zombie) this.#put({ ...event.process, links: event.zombie, isZombie: true, entered: 0 });
        else this.dropTask(event.process.tid);
        break;
    }
  }

  /** Everything as sorted text, for comparison: what two states must have in common to be called equal. */
  describe(): string[] {
    const lines = [...this.namespaces.values()].map(({ type, inode, id }) => `${formatNamespace(type, inode)} ${id}`);
    for (const { pid, tid, ppid, startTimeTicks, uid, links, isZombie } of this.tasks.values())
      if (tid === pid || !equalLinks(links, this.tasks.get(pid)?.links))
        lines.push(
          `task ${pid}/${tid} of ${startTimeTicks} ${uid} below ${ppid}: ${isZombie ? 'zombie ' : ''}${links}`,
        );
    for (const [key, holders] of this.holders) for (const text of holders.keys()) lines.push(`${key} held: ${text}`);
    for (const [path, { key }] of this.names) lines.push(`${key} named ${path}`);
    return lines.sort();
  }

  #move(process: EventProcess, links: readonly number[]): void {
    const before = this.tasks.get(process.tid);
    if (!before || before.pid !== process.pid || before.startTimeTicks !== process.startTimeTicks) {
      const task: LiveTask = { ...process, links, entered: 0 };
      task.entered = this.findEntered(task);
      this.#put(task);
      return;
    }
    const { ppid, comm, uid, command } = process;
    // A command line that was read belongs to the program of that name.
    if (command === undefined && comm !== before.comm) delete before.command;
    Object.assign(before, { ppid, comm, uid, links }, command === undefined ? {} : { command });
    delete before.isZombie;
    before.entered = this.findEntered(before);
    this.#changes?.pids.add(before.pid);
  }

  #put(task: LiveTask): void {
    const { pid, tid } = task;
    // The number may have been a thread's of another process.
    if (this.tasks.get(tid)?.pid !== pid) this.dropTask(tid);
    this.tasks.set(tid, task);
    this.#changes?.pids.add(pid);
    if (tid === pid) return;
    const threads = this.#threads.get(pid);
    if (threads) threads.add(tid);
    else this.#threads.set(pid, new Set([tid]));
  }

  #name(key: string, name: NamespaceName): void {
    this.#unname(name.path);
    this.names.set(name.path, { key, name });
    const paths = this.#pathsOf.get(key);
    if (paths) paths.add(name.path);
    else this.#pathsOf.set(key, new Set([name.path]));
  }

  #unname(path: string): void {
    const before = this.names.get(path);
    if (!before) return;
    this.names.delete(path);
    this.#changes?.namespaces.add(before.key);
    const paths = this.#pathsOf.get(before.key);
    paths?.delete(path);
    if (paths?.size === 0) this.#pathsOf.delete(before.key);
  }

  #hold(key: string, holder: Holder): void {
    let holders = this.holders.get(key);
    if (!holders) {
      holders = new Map();
      this.holders.set(key, holders);
    }
    holders.set(describeHolder(holder), holder);
  }

  #release(key: string, holder: Holder): void {
    const holders = this.holders.get(key);
    holders?.delete(describeHolder(holder));
    if (holders?.size === 0) this.holders.delete(key);
  }
}

/** The display form. */
export function keyOf({ type, inode }: EventNamespace): string {
  return formatNamespace(type, inode);
}

/** Equal for two holders exactly when they are one thing. */
export function describeHolder(holder: Holder): string {
  return JSON.stringify(holder, Object.keys(holder).sort());
}

export function equalLinks(a: readonly number[], b: readonly number[] | undefined): boolean {
  return b !== undefined && a.every((inode, i) => inode === b[i]);
}

/** The links of a task as namespaces, each once. */
export function* listLinked(links: readonly number[]): Generator<{ type: NamespaceType; inode: number; link: number }> {
  for (const [link, name] of namespaceLinks.entries()) {
    const inode = links[link] ?? 0;
    const type = readLinkType(name);
    if (inode !== 0 && (link < namespaceTypes.length || links[namespaceTypes.indexOf(type)] !== inode))
      yield { type, inode, link };
  }
}

function toTask(process: Process): LiveTask {
  const { pid, tid, ppid, comm, uid, startTimeTicks, namespaces, commandLine } = process;
  const links = namespaceLinks.map((link) => {
    const inode = namespaces[link];
    return isKnown(inode) ? inode : 0;
  });
  const known = isKnown(commandLine) && commandLine.length > 0 ? { command: commandLine.join(' ') } : {};
  const ended = process.state === 'Z' ? ({ isZombie: true } as const) : {};
  return { pid, tid, ppid, comm, uid, startTimeTicks, links, entered: 0, ...known, ...ended };
}
