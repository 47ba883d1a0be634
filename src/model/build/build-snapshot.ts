// The one function from facts to the graph. Pure: the same facts in any order give the same snapshot.

import type { EnumerationFact, Fact, HostFact, MountListFact, ProcessFact, SignsFact } from '../facts/facts.ts';
import { findInitialNamespaces, isInitial } from '../facts/initial-namespaces.ts';
import { type NamespaceTasks, TaskGroups, TasksOfNamespaces } from '../facts/tasks-of-namespaces.ts';
import { inferPlaces } from '../inference/infer-places.ts';
import { isKnown, type Known, notAsked } from '../snapshot/known.ts';
import type { Namespace, Places, Process, Snapshot } from '../snapshot/schema.ts';
import { snapshotVersion } from '../snapshot/schema-version.ts';
import { type Wanted, wantEverything } from '../snapshot/wanted.ts';
import { buildCoverage } from './build-coverage.ts';
import { takeCensus } from './census.ts';
import type { Draft } from './describe-namespace.ts';
import { countRelatives, describeHolders, KernelHolders } from './holders.ts';
import { MergedNamespaces } from './merge-namespaces.ts';
import { findPidNamespaceInits, measureLevel } from './pid-levels.ts';
import { UnplacedTasks } from './unplaced-tasks.ts';
import { findUnseenHolders } from './unseen-holders.ts';

/**
 * Builds the snapshot. Processes come sorted by pid and tid, namespaces by type and inode.
 * @param wanted - which processes come with it
 * @throws Error when no host fact is among the facts: a collector that lost it is a bug
 */
export function buildSnapshot(facts: readonly Fact[], wanted: Pick<Wanted, 'processes'> = wantEverything): Snapshot {
  const allProcessFacts: ProcessFact[] = [];
  const nestedPids = new Map<number, readonly number[]>();
  const commandLines = new Map<number, Known<readonly string[]>>();
  const cgroups = new Map<number, Known<string>>();
  const enumerations: EnumerationFact[] = [];
  const users = new Map<number, string>();
  const signs: SignsFact[] = [];
  const mountLists: MountListFact[] = [];
  const merged = new MergedNamespaces();
  let hostFact: HostFact | undefined;
  for (const fact of facts) {
    if (fact.fact === 'process') allProcessFacts.push(fact);
    else if (fact.fact === 'nested-pids') nestedPids.set(fact.pid, longer(nestedPids.get(fact.pid), fact.pids));
    else if (fact.fact === 'command-line') setMoreTelling(commandLines, fact.pid, fact.commandLine);
    else if (fact.fact === 'cgroup') setMoreTelling(cgroups, fact.tid, fact.cgroup);
    else if (fact.fact === 'namespace') merged.add(fact);
    else if (fact.fact === 'name') merged.addName(fact);
    else if (fact.fact === 'holder') merged.addHolder(fact);
    else if (fact.fact === 'enumeration') enumerations.push(fact);
    else if (fact.fact === 'signs') signs.push(fact);
    else if (fact.fact === 'mount-list') mountLists.push(fact);
    else if (fact.fact === 'user-name') {
      if ((users.get(fact.uid) ?? '') < fact.name) users.set(fact.uid, fact.name);
    } else if (fact.fact === 'host') hostFact = fact;
  }
  if (!hostFact) throw new Error('buildSnapshot: no host fact');
  merged.settle(enumerations);
  const processFacts = sortTasks(allProcessFacts);
  const groups = new TaskGroups();
  for (const fact of processFacts) groups.add(fact);
  merged.addSeenByTasks(groups.groups.keys());

  const initials = findInitialNamespaces(hostFact.host, processFacts);
  const tasks = new TasksOfNamespaces(groups.groups);
  const inits = findPidNamespaceInits(hostFact.host.vantage, processFacts, nestedPids);
  const hostInit = findHostInit(processFacts, initials.pid);
  const inferred = inferPlaces({
    tasks: processFacts,
    signs,
    mountLists,
    nestedPids,
    host: hostFact.host,
    initials,
    namespaces: merged.sorted(),
  });
  for (const { type, inode } of inferred.numbered()) merged.addInferred(type, inode);
  const census = takeCensus(enumerations, merged);
  const unplaced = new UnplacedTasks(processFacts, facts, inferred, hostFact.host.vantage, merged);
  const { vantage } = hostFact.host;
  const namespaces: Namespace[] = [];
  const relatives = countRelatives(merged, census);
  const unseenHolders = findUnseenHolders(facts, merged, census);
  const kernel = new KernelHolders(unseenHolders);
  for (const entry of merged.sorted()) {
    if (census.ended(entry)) continue;
    const initial = isInitial(entry.type, entry.inode, initials);
    const task = tasks.get(entry.type, entry.inode);
    const inferredTasks = inferred.tasksOf(entry.type, entry.inode);
    const host = hostInit ? sameAs(hostInit.namespaces[entry.type], entry.inode) : noHostInit;
    const hostInferred = isKnown(host) ? undefined : inferred.hostOf(entry.type, entry.inode);
    const init = entry.type === 'pid' ? inits.get(entry.inode) : undefined;
    const processes = describeTasks(task, init, inferredTasks, unplaced.mayBeIn(entry));
    const held = describeHolders(entry, task, relatives, census, kernel);
    const namespace = merged.describe(entry, initial, host, processes, held);
    if (hostInferred) namespace.hostInferred = hostInferred;
    if (entry.type === 'pid' || entry.type === 'user') namespace.level = measureLevel(entry, merged, initials);
    if (entry.type === 'pid') namespace.init = init ?? null;
    namespaces.push(Object.freeze(namespace));
  }
  const chosen =
    wanted.processes === 'all' ? processFacts : chooseLeaders(processFacts, namespaces, inferred.unnumbered);
  return Object.freeze({
    schema: snapshotVersion,
    host: Object.freeze({ ...hostFact.host, users: nameUsers(users, chosen, namespaces, vantage) }),
    namespaces: Object.freeze(namespaces),
    unnumbered: inferred.unnumbered,
    processes: Object.freeze(chosen.map((fact) => toProcess(fact, nestedPids, commandLines, cgroups, inferred.places))),
    workloads: notAsked,
    coverage: buildCoverage(facts, merged.disagreements(), census, unseenHolders),
  });
}

const noHostInit = Object.freeze({
  unknown: 'unsupported',
  detail: "the host's init is not visible from here",
} as const);

/** PID 1 as seen in the initial pid namespace. Where its links are refused, its membership stays unknown. */
function findHostInit(processes: readonly ProcessFact[], initialPid: Known<number>): ProcessFact | undefined {
  const first = processes.find((process) => process.pid === 1 && process.tid === 1);
  if (!first) return undefined;
  const own = first.namespaces.pid;
  return isKnown(own) && isKnown(initialPid) && own !== initialPid ? undefined : first;
}

function sameAs(link: Known<number>, inode: number): Known<boolean> {
  return isKnown(link) ? link === inode : link;
}

function describeTasks(
  { processes, threads, forChildren, oldest }: NamespaceTasks,
  init: number | undefined,
  inferred: Namespace['processes']['inferred'],
  mayBeMore: boolean,
): Namespace['processes'] {
  const counts: Draft<Namespace['processes']> = {
    count: processes,
    threads,
    forChildren,
    leader: init ?? oldest?.tid ?? null,
  };
  if (inferred) counts.inferred = inferred;
  if (mayBeMore && processes + threads === 0 && !inferred) counts.mayBeMore = true;
  return Object.freeze(counts);
}

/** The names of the uids that the snapshot has. The one that stands for users without a uid here is nobody's. */
function nameUsers(
  known: ReadonlyMap<number, string>,
  processes: readonly ProcessFact[],
  namespaces: readonly Namespace[],
  { unmappedUid }: Snapshot['host']['vantage'],
): Readonly<Record<string, string>> {
  const uids = new Set<number>(unmappedUid === undefined ? [] : [unmappedUid]);
  const names = unmappedUid === undefined ? known : new Map([...known, [unmappedUid, 'unmapped']]);
  for (const { uid } of processes) uids.add(uid);
  for (const { ownerUid } of namespaces) if (isKnown(ownerUid)) uids.add(ownerUid);
  const used = [...names].filter(([uid]) => uids.has(uid)).map(([uid, name]): [string, string] => [String(uid), name]);
  return Object.freeze(Object.fromEntries(used.sort()));
}

/** Those that a namespace names: its leader, its init, and whoever is inferred to lead it. */
function chooseLeaders(
  facts: readonly ProcessFact[],
  namespaces: readonly Namespace[],
  unnumbered: Snapshot['unnumbered'],
): readonly ProcessFact[] {
  const named = new Set<unknown>();
  for (const { processes, init } of namespaces) named.add(processes.leader).add(processes.inferred?.leader).add(init);
  for (const { processes } of unnumbered) named.add(processes.leader);
  return facts.filter(({ tid }) => named.has(tid));
}

/** By pid and tid. Of two facts of one number the younger task stands: the other had ended when it came. */
function sortTasks(facts: ProcessFact[]): readonly ProcessFact[] {
  if (isSorted(facts)) return facts;
  facts.sort(
    (a, b) =>
      a.pid - b.pid ||
      a.tid - b.tid ||
      b.startTimeTicks - a.startTimeTicks ||
      (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1),
  );
  return facts.filter((fact, i) => fact.pid !== facts[i - 1]?.pid || fact.tid !== facts[i - 1]?.tid);
}

/** As one source alone gives them: by number, each once. */
function isSorted(facts: readonly ProcessFact[]): boolean {
  let before: ProcessFact | undefined;
  for (const fact of facts) {
    if (before && (fact.pid < before.pid || (fact.pid === before.pid && fact.tid <= before.tid))) return false;
    before = fact;
  }
  return true;
}

/** Where two facts tell of one thing, the choice may not depend on their order. */
function setMoreTelling<T>(values: Map<number, Known<T>>, key: number, value: Known<T>): void {
  const before = values.get(key);
  if (before === undefined || isMoreTelling(value, before)) values.set(key, value);
}

function isMoreTelling<T>(value: Known<T>, than: Known<T>): boolean {
  if (isKnown(value) !== isKnown(than)) return isKnown(value);
  return JSON.stringify(value) < JSON.stringify(than);
}

function longer(known: readonly number[] | undefined, pids: readonly number[]): readonly number[] {
  if (!known || pids.length > known.length) return pids;
  return pids.length === known.length && isMoreTelling(pids, known) ? pids : known;
}

function toProcess(
  fact: ProcessFact,
  nestedPids: ReadonlyMap<number, readonly number[]>,
  commandLines: ReadonlyMap<number, Known<readonly string[]>>,
  cgroups: ReadonlyMap<number, Known<string>>,
  places: ReadonlyMap<number, Places>,
): Process {
  const inferred = fact.tid === fact.pid ? places.get(fact.pid) : undefined;
  return Object.freeze({
    pid: fact.pid,
    tid: fact.tid,
    ppid: fact.ppid,
    startTimeTicks: fact.startTimeTicks,
    state: fact.state,
    comm: fact.comm,
    commandLine: commandLines.get(fact.tid) ?? fact.commandLine,
    uid: fact.uid,
    threads: fact.threads,
    kernelThread: fact.kernelThread,
    namespaces: fact.namespaces,
    ...(inferred ? { inferred } : {}),
    pids: nestedPids.get(fact.tid) ?? Object.freeze([fact.tid]),
    cgroup: cgroups.get(fact.tid) ?? fact.cgroup,
  });
}
