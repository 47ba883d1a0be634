// The state after events as a snapshot: what the last whole one said, with what events have changed since. Pure, and far
// cheaper than reading the host; what has not changed is the same object as before.
import type { EventNamespace } from './events.ts';
import { isKnown, type Known, notAsked, unknownFromErrno } from './known.ts';
import { equalLinks, keyOf, type LiveState, type LiveTask } from './live-state.ts';
import { countLiveTasks, equalLiveTasks, type LiveTasks, numberOf } from './live-tasks.ts';
import { namespaceLinks, namespaceTypes } from './namespace-types.ts';
import type { HolderCounts, Namespace, NamespaceName, Process, Snapshot } from './schema.ts';

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

interface DescribedTask {
  readonly links: readonly number[];
  readonly comm: string;
  readonly process: Process;
}

interface Built {
  readonly namespace: Namespace;
  readonly tasks: LiveTasks | undefined;
}

export class PresentSnapshot {
  readonly #sources: PresentSources;
  #whole: Snapshot;
  readonly #wholeNamespaces = new Map<string, Namespace>();
  readonly #wholeProcesses = new Map<number, Process>();
  #built = new Map<string, Built>();
  #processes = new Map<number, DescribedTask>();
  /** Whether a whole snapshot came since it was built last: what was built is still what was shown, and no more than that. */
  #isRebased = true;
  /** Keys of namespaces whose holders or names have changed. */
  readonly #touched = new Set<string>();

  constructor(whole: Snapshot, sources: PresentSources) {
    this.#sources = sources;
    this.#whole = whole;
    this.rebase(whole);
  }

  /** A new whole snapshot was taken. */
  rebase(whole: Snapshot): void {
    this.#whole = whole;
    this.#wholeNamespaces.clear();
    this.#wholeProcesses.clear();
    this.#isRebased = true;
    this.#processes.clear();
    for (const namespace of whole.namespaces) this.#wholeNamespaces.set(keyOf(withId(namespace)), namespace);
    for (const process of whole.processes) this.#wholeProcesses.set(process.tid, process);
  }

  /** What holds or names a namespace has changed. */
  touch(namespace: EventNamespace): void {
    this.#touched.add(keyOf(namespace));
  }

  /** Namespaces by type and inode, processes by PID and thread, as in every snapshot. */
  build(state: LiveState, takenAt: string): Snapshot {
    const tasks = countLiveTasks(state);
    const names = groupNames(state);
    const built = new Map<string, Built>();
    for (const [key, known] of state.namespaces)
      built.set(key, this.#describe(key, known, tasks.get(numberOf(known)), names.get(key), state));
    this.#built = built;
    this.#touched.clear();
    this.#isRebased = false;
    const namespaces = [...built.values()].map(({ namespace }) => namespace).sort(byTypeAndInode);
    const { host } = this.#whole;
    return { ...this.#whole, host: { ...host, takenAt }, namespaces, processes: this.#describeTasks(state) };
  }

  /** As it was when it was built last. */
  find(namespace: EventNamespace): Namespace | undefined {
    const found = this.#built.get(keyOf(namespace))?.namespace;
    return found && (namespace.id === null || found.id === namespace.id) ? found : undefined;
  }

  #describe(
    key: string,
    known: EventNamespace,
    tasks: LiveTasks | undefined,
    names: readonly NamespaceName[] | undefined,
    state: LiveState,
  ): Built {
    const before = this.#isRebased ? undefined : this.#built.get(key);
    const isSame = before && (known.id === null || before.namespace.id === known.id) && !this.#touched.has(key);
    if (isSame && equalLiveTasks(before.tasks, tasks)) return before;
    const whole = this.#wholeNamespaces.get(key);
    const base = whole && (known.id === null || whole.id === known.id) ? whole : this.#describeNew(known, state);
    const held = [...(state.holders.get(key)?.values() ?? [])];
    // What the kernel alone was said to hold is held by tasks, where there are some now.
    const holders = tasks ? held.filter(({ kind }) => kind !== 'kernel') : held;
    const { count = 0, threads = 0, forChildren = 0, leader } = tasks ?? {};
    const init = isKnown(base.init ?? null) ? state.tasks.get(Number(base.init)) : undefined;
    const first = init?.links[pidIndex] === base.inode ? init : leader;
    const namespace: Namespace = {
      ...base,
      names: names ?? [],
      processes: {
        ...base.processes,
        count,
        threads,
        forChildren,
        leader: first?.tid ?? null,
      },
      holders,
      holderCounts: countHolders(base, holders, { count, threads, forChildren }),
    };
    return { namespace, tasks };
  }

  /** One that came since the last whole snapshot. */
  #describeNew(known: EventNamespace, state: LiveState): Namespace {
    const { type, inode, id, owner } = known;
    const details = this.#sources.details(known);
    const unknown = notAsked;
    const first = this.#whole.namespaces.find((one) => one.type === type && one.initial === true);
    const isHost: Known<boolean> =
      first && isKnown(first.host) ? state.tasks.get(1)?.links[namespaceTypes.indexOf(type)] === inode : notAsked;
    return {
      type,
      inode,
      dev: first?.dev ?? unknown,
      id: id ?? unknown,
      initial: false,
      host: isHost,
      owner: details?.owner ?? owner ?? unknown,
      ownerUid: details?.ownerUid ?? unknown,
      ...(type === 'pid' || type === 'user'
        ? { parent: details?.parent ?? unknown, level: details?.level ?? unknown }
        : {}),
      ...(type === 'pid' ? { init: unknown } : {}),
      ...(type === 'uts' ? { uts: unknown } : {}),
      ...(type === 'user' ? { uidMap: unknown, gidMap: unknown, setgroups: unknown } : {}),
      ...(type === 'time' ? { timeOffsets: unknown } : {}),
      names: [],
      processes: { count: 0, threads: 0, forChildren: 0, leader: null },
      holders: [],
      holderCounts: {},
    };
  }

  #describeTasks(state: LiveState): Process[] {
    const seen = new Map<number, DescribedTask>();
    const list: Process[] = [];
    for (const [tid, task] of state.tasks) {
      if (tid !== task.pid && equalLinks(task.links, state.tasks.get(task.pid)?.links)) continue;
      const before = this.#processes.get(tid);
      const isSame = before?.links === task.links && before.comm === task.comm && isTask(before.process, task);
      const entry = isSame ? before : { links: task.links, comm: task.comm, process: this.#describeTask(task) };
      seen.set(tid, entry);
      list.push(entry.process);
    }
    this.#processes = seen;
    return list.sort((a, b) => a.pid - b.pid || a.tid - b.tid);
  }

  #describeTask(task: LiveTask): Process {
    const { pid, tid, ppid, startTimeTicks, comm, uid, command } = task;
    const whole = this.#wholeProcesses.get(tid);
    const namespaces = Object.fromEntries(
      namespaceLinks.map((link, i) => [link, task.links[i] || unknownFromErrno('ESRCH')]),
    ) as Process['namespaces'];
    if (whole && isTask(whole, task))
      return equalLinks(linksOf(whole), task.links) && whole.comm === comm ? whole : { ...whole, comm, namespaces };
    const own = this.#whole.host.vantage.namespaces.pid;
    return {
      pid,
      tid,
      ppid,
      startTimeTicks,
      state: '?',
      comm,
      commandLine: command === undefined ? notAsked : command.split(' '),
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

function withId({ type, inode, id }: Namespace): EventNamespace {
  return { type, inode, id: isKnown(id) ? id : null };
}

function byTypeAndInode(a: Namespace, b: Namespace): number {
  return namespaceTypes.indexOf(a.type) - namespaceTypes.indexOf(b.type) || a.inode - b.inode;
}

function groupNames(state: LiveState): Map<string, NamespaceName[]> {
  const names = new Map<string, NamespaceName[]>();
  for (const { key, name } of state.names.values()) {
    const list = names.get(key);
    if (list) list.push(name);
    else names.set(key, [name]);
  }
  return names;
}

function countHolders(
  { holderCounts: { child, owned } }: Namespace,
  holders: Namespace['holders'],
  tasks: Omit<LiveTasks, 'leader'>,
): HolderCounts {
  const counts: { -readonly [K in keyof HolderCounts]: HolderCounts[K] } = {};
  for (const { kind } of holders) counts[kind] = (counts[kind] ?? 0) + 1;
  if (tasks.count > 0) counts.process = tasks.count;
  if (tasks.threads > 0) counts.thread = tasks.threads;
  if (tasks.forChildren > 0) counts['for-children'] = tasks.forChildren;
  if (child) counts.child = child;
  if (owned) counts.owned = owned;
  return counts;
}

function linksOf({ namespaces }: Process): number[] {
  return namespaceLinks.map((link) => {
    const inode = namespaces[link];
    return isKnown(inode) ? inode : 0;
  });
}
