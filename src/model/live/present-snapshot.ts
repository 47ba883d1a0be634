// The state after events as a snapshot: what the last whole one said, with what events have changed since. Pure, and far
// cheaper than reading the host; what has not changed is the same object as before.

import { type Draft, describeNamespace } from '../build/describe-namespace.ts';
import { countHolders, sortHolders } from '../build/holders.ts';
import { isKnown, type Known, notAsked, unknownFromErrno } from '../snapshot/known.ts';
import { formatNamespace, type NamespaceType, namespaceLinks, namespaceTypes } from '../snapshot/namespace-types.ts';
import type { Holder, Namespace, Process, Snapshot } from '../snapshot/schema.ts';
import type { EventNamespace } from './events.ts';
import { equalLinks, keyOf, type LiveState, type LiveTask } from './live-state.ts';
import { LiveTaskCounts, type LiveTasks } from './live-tasks.ts';
import type { SnapshotChange, SnapshotRest } from './snapshot-change.ts';

/** What the kernel's list says of a namespace that no whole snapshot has. */
export interface NamespaceDetails {
  readonly owner: number | null;
  readonly ownerUid: number;
  /** Of pid and user namespaces. */
  readonly parent?: number | null;
  readonly level?: number;
}

export interface PresentSources {
  /** What the list says of a namespace; undefined where it says nothing. */
  details(namespace: EventNamespace): NamespaceDetails | undefined;
  /** The PIDs of a process from the reader's pid namespace to its own, as /proc/PID/status has them under NSpid. */
  nestedPids(pid: number): readonly number[];
}

export class PresentSnapshot {
  readonly #sources: PresentSources;
  readonly #state: LiveState;
  readonly #counts: LiveTaskCounts;
  #rest: SnapshotRest;
  readonly #wholeNamespaces = new Map<string, Namespace>();
  readonly #wholeProcesses = new Map<number, Process>();
  readonly #built = new Map<string, Namespace>();
  #namespaces: readonly Namespace[] = [];
  #processes: readonly Process[] = [];
  /** Of which another thing is to be said than when it was built last. */
  readonly #touchedNamespaces: Set<string>;
  readonly #touchedPids: Set<number>;

  /** @param state - what `whole` says, and what events have made of it since; `build` looks at what has changed in it */
  constructor(whole: Snapshot, state: LiveState, sources: PresentSources) {
    this.#sources = sources;
    this.#state = state;
    this.#rest = restOf(whole);
    this.#put(whole);
    state.takeChanges();
    this.#counts = new LiveTaskCounts(state);
    this.#touchedNamespaces = new Set(state.namespaces.keys());
    this.#touchedPids = new Set([...state.tasks.values()].map(({ pid }) => pid));
  }

  /** A new whole snapshot was taken. */
  rebase({ isFirst, rest, namespaces, processes, goneNamespaces, goneTasks }: SnapshotChange): void {
    this.#rest = rest;
    if (isFirst) {
      this.#wholeNamespaces.clear();
      this.#wholeProcesses.clear();
      for (const key of this.#state.namespaces.keys()) this.#touchedNamespaces.add(key);
      for (const { pid } of this.#state.tasks.values()) this.#touchedPids.add(pid);
    }
    for (const key of goneNamespaces) this.#wholeNamespaces.delete(key);
    for (const tid of goneTasks) this.#wholeProcesses.delete(tid);
    this.#put({ namespaces, processes });
    for (const { type, inode } of namespaces) this.#touchedNamespaces.add(formatNamespace(type, inode));
    for (const { pid } of processes) this.#touchedPids.add(pid);
  }

  /** Namespaces by type and inode, processes by PID and thread, as in every snapshot. */
  build(takenAt: string): Snapshot {
    const changes = this.#state.takeChanges();
    for (const key of changes.namespaces) this.#touchedNamespaces.add(key);
    for (const key of this.#counts.update(this.#state, changes.pids)) this.#touchedNamespaces.add(key);
    for (const pid of changes.pids) this.#touchedPids.add(pid);
    if (this.#touchedNamespaces.size > 0) this.#describeNamespaces();
    if (this.#touchedPids.size > 0) this.#describeProcesses();
    const { host } = this.#rest;
    const [namespaces, processes] = [this.#namespaces, this.#processes];
    return { ...this.#rest, host: { ...host, takenAt }, namespaces, processes };
  }

  /** As it was when it was built last. */
  find(namespace: EventNamespace): Namespace | undefined {
    const found = this.#built.get(keyOf(namespace));
    return found && (namespace.id === null || found.id === namespace.id) ? found : undefined;
  }

  #put({ namespaces, processes }: Pick<Snapshot, 'namespaces' | 'processes'>): void {
    for (const namespace of namespaces)
      this.#wholeNamespaces.set(formatNamespace(namespace.type, namespace.inode), namespace);
    for (const process of processes) this.#wholeProcesses.set(process.tid, process);
  }

  #describeNamespaces(): void {
    const described: Namespace[] = [];
    const replaced = new Set<Namespace>();
    for (const key of this.#touchedNamespaces) {
      const before = this.#built.get(key);
      const known = this.#state.namespaces.get(key);
      if (before) replaced.add(before);
      if (!known) {
        this.#built.delete(key);
        continue;
      }
      const namespace = this.#describe(key, known);
      this.#built.set(key, namespace);
      described.push(namespace);
    }
    this.#touchedNamespaces.clear();
    this.#namespaces = mergeSorted(this.#namespaces, (one) => replaced.has(one), described, byTypeAndInode);
  }

  #describe(key: string, known: EventNamespace): Namespace {
    const state = this.#state;
    const whole = this.#wholeNamespaces.get(key);
    const base = whole && (known.id === null || whole.id === known.id) ? whole : this.#describeNew(known);
    const tasks = this.#counts.of(base.type, base.inode);
    const held = sortHolders(withText(state.holders.get(key)?.values() ?? []));
    // What the kernel alone was said to hold is held by tasks, where there are some now.
    const holders = tasks ? held.filter(({ kind }) => kind !== 'kernel') : held;
    const { count = 0, threads = 0, forChildren = 0, leader } = tasks ?? {};
    const init = isKnown(base.init ?? null) ? state.tasks.get(Number(base.init)) : undefined;
    // The link of an init may be refused; its place is certain all the same.
    const isInit = init !== undefined && (init.links[pidIndex] === base.inode || init.links[pidIndex] === 0);
    const first = isInit ? init : leader;
    const { stage, ...lasting } = base;
    return {
      ...lasting,
      // No event tells of it; what has ended stays so.
      ...(stage === 'dead' || (stage === 'alive' && isInit) ? { stage } : {}),
      names: state.namesOf(key),
      processes: { ...stillTrue(base.processes, tasks), count, threads, forChildren, leader: first?.tid ?? null },
      holders,
      holderCounts: countHolders(holders, {
        process: count,
        thread: threads,
        'for-children': forChildren,
        child: base.holderCounts.child,
        owned: base.holderCounts.owned,
      }),
    };
  }

  /** One that came since the last whole snapshot. */
  #describeNew(known: EventNamespace): Namespace {
    const { type, inode, id, owner } = known;
    const details = this.#sources.details(known);
    const first = this.#findInitial(type);
    const isHost: Known<boolean> =
      first && isKnown(first.host) ? this.#state.tasks.get(1)?.links[namespaceTypes.indexOf(type)] === inode : notAsked;
    const described: Draft<Namespace> = describeNamespace(
      {
        type,
        inode,
        initial: false,
        host: isHost,
        ownerUid: details?.ownerUid ?? notAsked,
        names: [],
        processes: { count: 0, threads: 0, forChildren: 0, leader: null },
        holders: [],
        holderCounts: {},
      },
      {
        dev: first?.dev ?? notAsked,
        id: id ?? notAsked,
        owner: details?.owner ?? owner ?? notAsked,
        parent: details?.parent ?? notAsked,
      },
    );
    if (type === 'pid' || type === 'user') described.level = details?.level ?? notAsked;
    if (type === 'pid') described.init = notAsked;
    return described;
  }

  #findInitial(type: NamespaceType): Namespace | undefined {
    for (const one of this.#wholeNamespaces.values()) if (one.type === type && one.initial === true) return one;
    return undefined;
  }

  #describeProcesses(): void {
    const described: Process[] = [];
    const touched = new Set(this.#touchedPids);
    this.#touchedPids.clear();
    for (const pid of touched) {
      const leader = this.#state.tasks.get(pid)?.links;
      for (const task of this.#state.tasksOf(pid))
        if (task.tid === pid || !equalLinks(task.links, leader)) described.push(this.#describeTask(task));
    }
    this.#processes = mergeSorted(this.#processes, ({ pid }) => touched.has(pid), described, byNumber);
  }

  #describeTask(task: LiveTask): Process {
    const { pid, tid, ppid, startTimeTicks, comm, uid, command, isZombie } = task;
    const whole = this.#wholeProcesses.get(tid);
    const isWhole = whole && isTask(whole, task);
    if (isWhole && isAlike(whole, task) && hasLinks(whole, task.links)) return whole;
    const missing = unknownFromErrno(isZombie ? 'ENOENT' : 'ESRCH');
    const namespaces = Object.fromEntries(
      namespaceLinks.map((link, i) => [link, task.links[i] || missing]),
    ) as Process['namespaces'];
    if (isWhole) return { ...whole, ppid, comm, uid, namespaces, ...(isZombie ? endedOf(whole) : {}) };
    const own = this.#rest.host.vantage.namespaces.pid;
    return {
      pid,
      tid,
      ppid,
      startTimeTicks,
      state: isZombie ? 'Z' : '?',
      comm,
      commandLine: command === undefined || isZombie ? notAsked : command.split(' '),
      uid,
      threads: 1,
      kernelThread: false,
      namespaces,
      pids: namespaces.pid === own ? [tid] : this.#sources.nestedPids(tid),
      cgroup: notAsked,
    };
  }
}

const pidIndex = namespaceTypes.indexOf('pid');

/** Numbers are used again, those of threads by other processes too. */
function isTask(process: Process, task: LiveTask): boolean {
  return process.pid === task.pid && process.startTimeTicks === task.startTimeTicks;
}

/** That some may be in it is said where none was seen. */
function stillTrue({ mayBeMore, ...processes }: Namespace['processes'], tasks: LiveTasks | undefined) {
  return mayBeMore && !tasks ? { ...processes, mayBeMore } : processes;
}

/** A zombie has let go of its command line. */
function endedOf({ commandLine }: Process): Pick<Process, 'state' | 'commandLine'> {
  return { state: 'Z', commandLine: isKnown(commandLine) ? [] : commandLine };
}

function isAlike(process: Process, { ppid, comm, uid, isZombie }: LiveTask): boolean {
  const hasEnded = process.state === 'Z';
  return process.ppid === ppid && process.comm === comm && process.uid === uid && hasEnded === (isZombie === true);
}

function restOf({ namespaces: _, processes: __, ...rest }: Snapshot): SnapshotRest {
  return rest;
}

/** A sorted list without some of its elements and with others. */
function mergeSorted<T>(
  list: readonly T[],
  isLeftOut: (element: T) => boolean,
  others: T[],
  compare: (a: T, b: T) => number,
): T[] {
  others.sort(compare);
  const merged: T[] = [];
  let at = 0;
  for (const element of list) {
    if (isLeftOut(element)) continue;
    for (let other = others[at]; other !== undefined && compare(other, element) < 0; other = others[++at])
      merged.push(other);
    merged.push(element);
  }
  return at < others.length ? merged.concat(others.slice(at)) : merged;
}

function byTypeAndInode(a: Namespace, b: Namespace): number {
  return namespaceTypes.indexOf(a.type) - namespaceTypes.indexOf(b.type) || a.inode - b.inode;
}

function byNumber(a: Process, b: Process): number {
  return a.pid - b.pid || a.tid - b.tid;
}

function* withText(holders: Iterable<Holder>): Iterable<readonly [string, Holder]> {
  for (const holder of holders) yield [JSON.stringify(holder), holder];
}

function hasLinks({ namespaces }: Process, links: readonly number[]): boolean {
  return namespaceLinks.every((link, i) => {
    const inode = namespaces[link];
    return (isKnown(inode) ? inode : 0) === links[i];
  });
}
