// What events change: which namespaces there are, who is where, what holds and names them. Applying all events of a stream
// to the state that came first gives the state of a fresh snapshot.
import type { EventNamespace, EventProcess, NamespaceEvent } from './events.ts';
import { isKnown } from './known.ts';
import {
  formatNamespace,
  type NamespaceType,
  namespaceLinks,
  namespaceTypes,
  readLinkType,
} from './namespace-types.ts';
import type { Holder, NamespaceName, Process, Snapshot } from './schema.ts';

export interface LiveTask extends EventProcess {
  comm: string;
  command?: string;
  /** Inodes in the order of namespaceLinks; 0 for what is not known. */
  links: readonly number[];
  /** Bit i: of namespaceTypes[i] it is not where its parent was when it last changed. */
  entered: number;
}

export interface LiveName {
  readonly key: string;
  readonly name: NamespaceName;
}

/** Changed by `apply` alone; made from a snapshot, which it does not keep. */
export class LiveState {
  /** By display form, `net:[4026532992]`. */
  readonly namespaces = new Map<string, EventNamespace>();
  /** By thread id: processes, and threads that are not where their process is. */
  readonly tasks = new Map<number, LiveTask>();
  /** By display form of the namespace, then by what describeHolder gives. */
  readonly holders = new Map<string, Map<string, Holder>>();
  /** By path. */
  readonly names = new Map<string, LiveName>();

  constructor(snapshot: Snapshot) {
    for (const { type, inode, id, owner, names, holders } of snapshot.namespaces) {
      const key = formatNamespace(type, inode);
      const told = isKnown(owner) ? { owner } : {};
      this.namespaces.set(key, { type, inode, id: isKnown(id) ? id : null, ...told });
      for (const name of names) this.names.set(name.path, { key, name });
      for (const holder of holders) this.#hold(key, holder);
    }
    // A zombie is in no namespace any more but those of its number and its credentials.
    for (const process of snapshot.processes)
      if (!/[ZX]/.test(process.state)) this.tasks.set(process.tid, toTask(process));
    for (const task of this.tasks.values()) task.entered = this.findEntered(task);
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
    switch (event.event) {
      case 'created':
        this.namespaces.set(keyOf(event.namespace), event.namespace);
        break;
      case 'destroyed':
        this.#destroy(keyOf(event.namespace));
        break;
      case 'held':
        this.#hold(keyOf(event.namespace), event.holder);
        break;
      case 'released':
        this.#release(keyOf(event.namespace), event.holder);
        break;
      case 'named':
        this.names.set(event.name.path, { key: keyOf(event.namespace), name: event.name });
        break;
      case 'unnamed':
        this.names.delete(event.name.path);
        break;
      case 'began':
      case 'moved':
        this.#move(event.process, event.links);
        break;
      case 'ended':
        this.tasks.delete(event.process.tid);
        break;
    }
  }

  /** Everything as sorted text, for comparison: what two states must have in common to be called equal. */
  describe(): string[] {
    const lines = [...this.namespaces.values()].map(({ type, inode, id }) => `${formatNamespace(type, inode)} ${id}`);
    for (const { pid, tid, links } of this.tasks.values())
      if (tid === pid || !equalLinks(links, this.tasks.get(pid)?.links)) lines.push(`task ${pid}/${tid} ${links}`);
    for (const [key, holders] of this.holders) for (const text of holders.keys()) lines.push(`${key} held: ${text}`);
    for (const [path, { key }] of this.names) lines.push(`${key} named ${path}`);
    return lines.sort();
  }

  #move(process: EventProcess, links: readonly number[]): void {
    const before = this.tasks.get(process.tid);
    if (!before || before.pid !== process.pid || before.startTimeTicks !== process.startTimeTicks) {
      const task: LiveTask = { ...process, links, entered: 0 };
      task.entered = this.findEntered(task);
      this.tasks.set(process.tid, task);
      return;
    }
    before.links = links;
    before.entered = this.findEntered(before);
  }

  #destroy(key: string): void {
    this.namespaces.delete(key);
    this.holders.delete(key);
    for (const [path, name] of this.names) if (name.key === key) this.names.delete(path);
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
  return { pid, tid, ppid, comm, uid, startTimeTicks, links, entered: 0, ...known };
}
