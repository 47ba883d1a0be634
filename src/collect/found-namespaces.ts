// Which namespaces have been named so far, and how each can be reached: what one source needs of those before it.
import { closeDescriptor } from '../kernel/files/files.ts';
import type { EnumerationFact, Fact, ProcessFact } from '../model/facts/facts.ts';
import { isOlder, type TaskGroup, type TaskGroups } from '../model/facts/tasks-of-namespaces.ts';
import { isKnown } from '../model/snapshot/known.ts';
import {
  formatNamespace,
  type NamespaceLink,
  type NamespaceType,
  namespaceLinks,
  readLinkType,
} from '../model/snapshot/namespace-types.ts';
import type { FoundNamespace, NamespaceView } from '../sources/index.ts';

interface Entry extends FoundNamespace {
  readonly paths: string[];
  readonly members: Map<NamespaceLink, number>;
  oldest: number | undefined;
  oldestTask: ProcessFact | undefined;
  id: string | undefined;
  described: boolean;
  hasOwner: boolean;
}

/** More ways than this to one namespace are not kept. */
const maxPaths = 6;

/** Namespaces that nothing else leads to are kept open up to this many; a process may usually have 1024 descriptors. */
const maxKept = 512;

/** Reads the facts as they come; only a new task makes it begin anew, since tasks come before all that builds on them. */
export class FoundNamespaces implements NamespaceView {
  readonly #facts: readonly Fact[];
  readonly #tasks: TaskGroups;
  /** Descriptors, by the namespace. */
  readonly #kept = new Map<string, number>();
  readonly #wholeTypes = new Set<NamespaceType>();
  readonly #entries = new Map<NamespaceType, Map<number, Entry>>();
  #read = 0;

  constructor(facts: readonly Fact[], tasks: TaskGroups) {
    this.#facts = facts;
    this.#tasks = tasks;
  }

  takeEnumeration({ wholeTypes }: EnumerationFact): void {
    for (const type of wholeTypes) this.#wholeTypes.add(type);
  }

  isListedWhole(type: NamespaceType): boolean {
    return this.#wholeTypes.has(type);
  }

  /**
   * Keeps a descriptor of this namespace open: the best way to it from now on.
   * @returns false, and the descriptor is closed, when there are too many
   */
  keep(type: NamespaceType, inode: number, fd: number): boolean {
    const key = formatNamespace(type, inode);
    if (this.#kept.has(key) || this.#kept.size >= maxKept) {
      closeDescriptor(fd);
      return this.#kept.has(key);
    }
    this.#kept.set(key, fd);
    this.#entries.get(type)?.get(inode)?.paths.unshift(pathOf(fd));
    return true;
  }

  /** Closes what was kept. */
  close(): void {
    for (const fd of this.#kept.values()) closeDescriptor(fd);
    this.#kept.clear();
  }

  /** All that were named so far. */
  list(): FoundNamespace[] {
    let hasNewTasks = this.#read === 0;
    for (let i = this.#read; i < this.#facts.length && !hasNewTasks; i++)
      hasNewTasks = this.#facts[i]?.fact === 'process';
    if (hasNewTasks) this.#beginAnew();
    for (; this.#read < this.#facts.length; this.#read++) this.#take(this.#facts[this.#read] as Fact);
    return [...this.#entries.values()].flatMap((inodes) => [...inodes.values()]);
  }

  #beginAnew(): void {
    this.#entries.clear();
    this.#read = 0;
    const groups = [...this.#tasks.groups.values()];
    for (const link of namespaceLinks) {
      const type = readLinkType(link);
      // Of thousands of sets most have the same namespace as the one before.
      let entry: Entry | undefined;
      for (const group of groups) {
        const inode = group.oldest.namespaces[link];
        if (!isKnown(inode)) continue;
        if (entry?.inode !== inode) entry = this.#enter(type, inode);
        if (!isComplete(entry, link)) addTasks(entry, link, group);
        if (link === type) setOldest(entry, group.oldest);
      }
    }
  }

  #take(fact: Fact): void {
    if (fact.fact === 'name') addPath(this.#enter(fact.type, fact.inode), fact.name.path);
    else if (fact.fact === 'namespace') {
      const entry = this.#enter(fact.type, fact.inode);
      if (fact.id !== undefined && isKnown(fact.id)) entry.id = fact.id;
      if (fact.id !== undefined && fact.owner !== undefined) entry.described = true;
      if (typeof fact.owner === 'number') {
        entry.hasOwner = true;
        this.#enter('user', fact.owner);
      }
      if (typeof fact.parent === 'number') this.#enter(fact.type, fact.parent);
    } else if (fact.fact === 'holder') {
      const entry = this.#enter(fact.type, fact.inode);
      const { holder } = fact;
      if (holder.kind === 'fd') addPath(entry, `/proc/${describeOwner(holder)}/fd/${holder.fd}`);
    }
  }

  #enter(type: NamespaceType, inode: number): Entry {
    let inodes = this.#entries.get(type);
    if (!inodes) {
      inodes = new Map();
      this.#entries.set(type, inodes);
    }
    let entry = inodes.get(inode);
    if (!entry) {
      const fd = this.#kept.size === 0 ? undefined : this.#kept.get(formatNamespace(type, inode));
      const paths = fd === undefined ? [] : [pathOf(fd)];
      const unknown = { oldest: undefined, oldestTask: undefined, id: undefined, described: false, hasOwner: false };
      entry = { type, inode, paths, members: new Map(), ...unknown };
      inodes.set(inode, entry);
    }
    return entry;
  }
}

function pathOf(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

function addTasks(entry: Entry, link: NamespaceLink, group: TaskGroup): void {
  for (const { pid, tid } of group.some) {
    // Hundreds of groups may share a namespace: no path is put together that would not be kept.
    if (entry.paths.length >= maxPaths) break;
    entry.paths.push(tid === pid ? `/proc/${pid}/ns/${link}` : `/proc/${pid}/task/${tid}/ns/${link}`);
  }
  if (!entry.members.has(link)) {
    const member = group.some.find((task) => task.tid === task.pid);
    if (member) entry.members.set(link, member.pid);
  }
}

function setOldest(entry: Entry, task: ProcessFact): void {
  if (entry.oldestTask && !isOlder(task, entry.oldestTask)) return;
  entry.oldestTask = task;
  entry.oldest = task.tid;
}

/** Hundreds of groups may share a namespace: most of them have nothing to add. */
function isComplete(entry: Entry, link: NamespaceLink): boolean {
  return entry.paths.length >= maxPaths && entry.members.has(link);
}

function addPath(entry: Entry, path: string): void {
  if (entry.paths.length < maxPaths) entry.paths.push(path);
}

function describeOwner({ pid, tid }: { readonly pid: number; readonly tid?: number | undefined }): string {
  return tid === undefined ? String(pid) : `${pid}/task/${tid}`;
}
