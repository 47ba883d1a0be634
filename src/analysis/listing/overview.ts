// What are the namespaces of a host for? All of them, grouped by what they belong to.
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import { findInferred, type ListedNamespace, toListed } from '../graph/inferred-places.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { Homes, keyOfNamespace, keyOfPlace, type NamespaceHome } from './namespace-home.ts';
import { listWorkloads, nameWorkload } from './workloads.ts';

/** A namespace that processes of several groups are in. One of the groups lists it among its own. */
export interface CommonNamespace {
  readonly namespace: ListedNamespace;
  /** The other groups; the one that lists it comes first, if it is not this. */
  readonly with: readonly NamespaceGroup[];
  /** Whether another group lists it. */
  readonly isListedThere: boolean;
}

/** What belongs together: a workload, a name, a tree of processes, a holder, or this host. */
export interface NamespaceGroup {
  readonly home: NamespaceHome;
  /** By type, then by inode number; none is also in another group. */
  readonly namespaces: readonly ListedNamespace[];
  /** Those that other groups are in as well; the host's are never among them. */
  readonly shared: readonly CommonNamespace[];
  /** PIDs, in order: of a workload its own, of the host those that are in no other group, else those in its namespaces. Threads that are not where their process is do not count. */
  readonly pids: readonly number[];
  /** Of how many of these it is inferred that they are in it, their links being refused. */
  readonly inferred: number;
  /** Its init, else its oldest process. */
  readonly leader: Process | undefined;
  /** Whether it is inferred that the leader is in it. */
  readonly isLeaderInferred: boolean;
}

/**
 * All namespaces of a snapshot in groups, each in exactly one: that of the workload that has it (of several the one with
 * its oldest process), else of its name, else of the processes that made it, else of what holds it. The boot's own and the
 * host's are one group, the last. Workloads come first, in the order of the snapshot.
 * @param types - only namespaces of these types; none stand for all
 */
export function groupNamespaces(index: SnapshotIndex, types: readonly NamespaceType[] = []): readonly NamespaceGroup[] {
  const { namespaces, unnumbered } = index.snapshot;
  const all = [...namespaces, ...unnumbered.map(toListed)];
  const byKey = new Map(all.map((one) => [keyOfNamespace(one), one]));
  const homes = new Homes(index, byKey);
  const drafts = new Map<string, Draft>();
  const draftOf = (home: NamespaceHome): Draft => {
    const key = keyOfHome(home);
    const draft = drafts.get(key) ?? new Draft(home);
    drafts.set(key, draft);
    return draft;
  };
  const homeOf = new Map<string, Draft>();
  for (const type of namespaceTypes)
    for (const namespace of all) {
      if (namespace.type !== type || (types.length > 0 && !types.includes(type))) continue;
      const draft = draftOf(homes.of(namespace));
      draft.namespaces.push(namespace);
      homeOf.set(keyOfNamespace(namespace), draft);
    }
  for (const workload of listWorkloads(index))
    for (const { type, inode } of workload.namespaces) {
      const home = homeOf.get(`${type}:${inode}`);
      // What it has of the host's gives it no group.
      if (home && home.home.kind !== 'host') share(draftOf({ kind: 'workload', workload }), home, `${type}:${inode}`);
    }
  for (const process of index.snapshot.processes) addProcess(process, index, homes, homeOf, drafts);
  return finish([...drafts.values()].sort(compareDrafts(index)), byKey, index);
}

/** A group that is being made. */
class Draft {
  readonly home: NamespaceHome;
  readonly namespaces: ListedNamespace[] = [];
  /** By the key of a namespace that it shares, with whom; the one that lists it first. */
  readonly shared = new Map<string, Set<Draft>>();
  readonly pids = new Map<number, { readonly process: Process; isInferred: boolean }>();

  constructor(home: NamespaceHome) {
    this.home = home;
  }

  /** @param isInferred - whether it is inferred, by this namespace, that the process is in the group */
  add(process: Process, isInferred: boolean): void {
    if (process.tid !== process.pid) return;
    const known = this.pids.get(process.pid);
    if (!known) this.pids.set(process.pid, { process, isInferred });
    else if (!isInferred) known.isInferred = false;
  }
}

function share(user: Draft, home: Draft, key: string): void {
  if (user === home || home.home.kind === 'host') return;
  const users = home.shared.get(key) ?? new Set<Draft>();
  home.shared.set(key, users.add(user));
  user.shared.set(key, new Set([home]));
}

/** Adds a process to each group in whose namespaces it is, and to the host's where it is in no other; a thread shares. */
function addProcess(
  process: Process,
  index: SnapshotIndex,
  homes: Homes,
  homeOf: ReadonlyMap<string, Draft>,
  drafts: ReadonlyMap<string, Draft>,
): void {
  const workload = index.workloadOf(process.pid);
  const own = drafts.get(keyOfHome(workload ? { kind: 'workload', workload } : homes.ofProcess(process)));
  let isElsewhere = own !== undefined && workload !== undefined;
  if (own && workload) own.add(process, false);
  let ofHost: Draft | undefined;
  let isInferred = false;
  for (const type of namespaceTypes) {
    const key = keyOfPlace(process, type);
    const home = key === undefined ? undefined : homeOf.get(key);
    if (key === undefined || !home) continue;
    const inferred = findInferred(process, type) !== undefined;
    if (home.home.kind === 'host') {
      ofHost = home;
      isInferred ||= inferred;
      continue;
    }
    isElsewhere = true;
    if (own) share(own, home, key);
    if (home.home.kind !== 'workload') home.add(process, inferred);
  }
  if (!isElsewhere) ofHost?.add(process, isInferred);
}

function finish(
  drafts: readonly Draft[],
  byKey: ReadonlyMap<string, ListedNamespace>,
  index: SnapshotIndex,
): readonly NamespaceGroup[] {
  const made = new Map<Draft, NamespaceGroup & { shared: readonly CommonNamespace[] }>();
  for (const draft of drafts) {
    const { home, namespaces, pids } = draft;
    const members = [...pids.values()];
    made.set(draft, {
      home,
      namespaces,
      shared: [],
      pids: [...pids.keys()].sort((a, b) => a - b),
      inferred: members.filter(({ isInferred }) => isInferred).length,
      ...findLeader(draft, index),
    });
  }
  const groupsOf = (some: Iterable<Draft>) => [...some].flatMap((draft) => made.get(draft) ?? []);
  for (const [draft, group] of made)
    group.shared = [...draft.shared].flatMap(([key, others]): CommonNamespace[] => {
      const namespace = byKey.get(key);
      if (!namespace) return [];
      return [{ namespace, with: groupsOf(others), isListedThere: !draft.namespaces.includes(namespace) }];
    });
  return [...made.values()];
}

function findLeader(
  { home, namespaces, pids }: Draft,
  index: SnapshotIndex,
): Pick<NamespaceGroup, 'leader' | 'isLeaderInferred'> {
  if (home.kind === 'workload') {
    const { leader } = home.workload;
    return { leader: leader === null ? undefined : index.process(leader), isLeaderInferred: false };
  }
  // The init of a pid namespace is told by its PID.
  const pidNamespace = namespaces.find(
    ({ type, initial }) => type === 'pid' && (initial === true || home.kind !== 'host'),
  );
  const init = index.process(pidNamespace?.processes.leader ?? -1);
  if (init && home.kind !== 'process') return { leader: init, isLeaderInferred: false };
  const members = [...pids.values()].sort(
    ({ process: a }, { process: b }) => a.startTimeTicks - b.startTimeTicks || a.pid - b.pid,
  );
  const first = home.kind === 'process' ? pids.get(home.process.pid) : members[0];
  const leader = home.kind === 'process' ? home.process : first?.process;
  return { leader: leader && (index.process(leader.pid) ?? leader), isLeaderInferred: first?.isInferred === true };
}

/** Equal for what is one group. */
function keyOfHome(home: NamespaceHome): string {
  switch (home.kind) {
    case 'host':
      return 'host';
    case 'workload':
      return `workload ${home.workload.certainty} ${nameWorkload(home.workload)} ${home.workload.id}`;
    case 'name':
      return `name ${home.name.kind} ${home.name.kind === 'ip-netns' ? home.name.name : home.name.path}`;
    case 'process':
      return `process ${home.process.tid}`;
    case 'held':
      return `held ${keyOfHolder(home.holder)}`;
  }
}

/** Of one process, or at one place. */
function keyOfHolder(holder: Extract<NamespaceHome, { kind: 'held' }>['holder']): string {
  if (!holder) return '';
  if ('pid' in holder && holder.pid !== undefined) return `process ${holder.pid}`;
  return 'path' in holder ? `${holder.kind} ${JSON.stringify([holder.path, holder.mountNamespace])}` : holder.kind;
}

const kinds: readonly NamespaceHome['kind'][] = ['workload', 'name', 'process', 'held', 'host'];

function compareDrafts(index: SnapshotIndex): (a: Draft, b: Draft) => number {
  const workloads = listWorkloads(index);
  return ({ home: a }, { home: b }) => {
    const order = kinds.indexOf(a.kind) - kinds.indexOf(b.kind);
    if (order !== 0) return order;
    if (a.kind === 'workload' && b.kind === 'workload')
      return workloads.indexOf(a.workload) - workloads.indexOf(b.workload);
    if (a.kind === 'process' && b.kind === 'process') return a.process.tid - b.process.tid;
    if (a.kind === 'name' && b.kind === 'name') return a.name.path < b.name.path ? -1 : 1;
    // What is held keeps the order in which it was found.
    return 0;
  };
}
