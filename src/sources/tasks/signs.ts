// Where the processes are whose links are refused. What anybody may read of them: NSpid, net/stat, mountinfo, the maps,
// the offsets and the cgroup. proc(5). The same is read of some whose links are known, to compare with.
import { readNetDirectories } from '../../kernel/net/net-directories.ts';
import { readProcTable } from '../../kernel/proc/proc-table.ts';
import type { MountListFact, NamespaceInodes, ProcessFact, SignsFact } from '../../model/facts/facts.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { parseCgroup } from '../../parse/proc/cgroup.ts';
import { parseFirstMount, parseMountIds } from '../../parse/proc/mount-ids.ts';
import { parseNestedPids } from '../../parse/proc/status.ts';
import type { Inputs, TaskView } from '../contract/inputs.ts';
import type { Report, Source } from '../contract/source.ts';
import { isSameProcess, longestCommandLineBytes, toCommandLine } from './task-records.ts';

/** Status has NSpid within its first lines; maps are seldom longer. */
const maxBytes = 4096;
/** The kernel makes no more lines of mountinfo than are asked for: here the first alone. */
const firstLineBytes = 64;
/** A mount namespace may hold 100,000 mounts: fs.mount-max of proc_sys_fs(5). */
const maxMountBytes = 2 ** 24;

export const signs: Source<'host' | 'wanted' | 'tasks'> = {
  name: 'signs',
  question: 'where are the processes whose links are refused, by what anybody may read?',
  skip: ({ tasks }) => (listRefused(tasks).length > 0 ? undefined : 'no links were refused'),
  run({ host, wanted, tasks }, report) {
    const refused = listRefused(tasks);
    // First those that are most likely in the same namespaces; where they are, nobody else needs to be looked at.
    const near = chooseNear(host, tasks, refused);
    const found = readSigns(report, [...refused, ...near]);
    if (!areCovered(found, refused, near)) {
      const done = new Set(found.map(({ pid }) => pid));
      for (const fact of readSigns(
        report,
        chooseMembers(tasks).filter(({ pid }) => !done.has(pid)),
      ))
        found.push(fact);
    }
    const stable = [...keepStable(tasks, found)];
    for (const fact of stable) {
      report.emit(fact);
      if (fact.fact === 'signs' && fact.pids && fact.pids.length > 1)
        report.emit({ fact: 'nested-pids', pid: fact.pid, pids: fact.pids });
    }
    if (wanted.commandLines === 'leaders') readLeaders(tasks, report, stable);
  },
};

/** How the oldest process of each sign was called: it stands for a namespace that may have no other sign. */
function readLeaders({ processes }: TaskView, report: Report, stable: readonly (SignsFact | MountListFact)[]): void {
  const withSigns = new Set(stable.map((fact) => ('pid' in fact ? fact.pid : undefined)));
  const started = new Map<number, number>();
  for (const { pid, startTimeTicks } of processes) if (withSigns.has(pid)) started.set(pid, startTimeTicks);
  const leaders = new Map<string, number>();
  for (const fact of stable) {
    if (fact.fact !== 'signs') continue;
    for (const key of ['netStat', 'firstMount', 'idMaps', 'clockOffsets'] as const) {
      const sign = `${key} ${fact[key]}`;
      const leader = leaders.get(sign);
      const isOlder = leader === undefined || (started.get(fact.pid) ?? 0) < (started.get(leader) ?? 0);
      if (isOlder) leaders.set(sign, fact.pid);
    }
  }
  const names = [...new Set(leaders.values())].map(String);
  const question = { names, links: [], files: ['cmdline', 'stat'], maxFileBytes: longestCommandLineBytes };
  for (const { name, files: answers } of readProcTable(question)) {
    const startTimeTicks = started.get(Number(name));
    if (startTimeTicks === undefined || !isSameProcess({ startTimeTicks }, answers[1])) continue;
    report.emit({ fact: 'command-line', pid: Number(name), commandLine: toCommandLine(answers[0]) });
  }
}

function listRefused(tasks: TaskView): ProcessFact[] {
  return tasks
    .inPartWhere((namespaces) => namespaceTypes.some((type) => isDenied(namespaces, type)))
    .filter(({ pid, tid }) => pid === tid);
}

function isDenied(namespaces: NamespaceInodes, type: (typeof namespaceTypes)[number]): boolean {
  const link = namespaces[type];
  return !isKnown(link) && link.unknown === 'denied';
}

/** nscope itself, PID 1, kthreadd, and the parents of those that were refused. */
function chooseNear(
  { vantage }: Inputs['host'],
  { processes }: TaskView,
  refused: readonly ProcessFact[],
): ProcessFact[] {
  const pids = new Set([vantage.pid, 1, 2, ...refused.map(({ ppid }) => ppid)]);
  const already = new Set(refused);
  return processes.filter((process) => pids.has(process.pid) && !already.has(process));
}

/** Of each set of namespaces the first two processes. */
function chooseMembers({ processes }: TaskView): ProcessFact[] {
  const counts = new Map<NamespaceInodes, number>();
  const list: ProcessFact[] = [];
  for (const process of processes) {
    const count = counts.get(process.namespaces) ?? 0;
    counts.set(process.namespaces, count + 1);
    if (count < 2) list.push(process);
  }
  return list;
}

/** Whether each sign of those refused is one of those near. */
function areCovered(
  found: readonly SignsFact[],
  refused: readonly ProcessFact[],
  near: readonly ProcessFact[],
): boolean {
  if (found.some(({ pids }) => pids !== undefined && pids.length > 1)) return false;
  const nearPids = new Set(near.map(({ pid }) => pid));
  const refusedPids = new Set(refused.map(({ pid }) => pid));
  return (['netStat', 'firstMount'] as const).every((key) => {
    const seen = new Set(found.filter(({ pid }) => nearPids.has(pid)).map((fact) => fact[key]));
    return found.every(({ pid, [key]: sign }) => !refusedPids.has(pid) || sign === undefined || seen.has(sign));
  });
}

const files = ['status', 'uid_map', 'timens_offsets', 'cgroup', 'stat'];

function readSigns(report: Report, processes: readonly ProcessFact[]): SignsFact[] {
  const facts = new Map(processes.map((process) => [String(process.pid), process]));
  // Kernel threads share all but their mounts, which kthreadd tells of.
  const directories = readNetDirectories(
    processes.filter(({ kernelThread, pid }) => !kernelThread || pid === 2).map(({ pid }) => pid),
  );
  const firstMounts = readFirstMounts(processes);
  const found: SignsFact[] = [];
  for (const entry of readProcTable({ names: [...facts.keys()], links: [], files, maxFileBytes: maxBytes })) {
    report.asked();
    const [status, idMaps, offsets, cgroup] = entry.files.map(toText);
    const process = facts.get(entry.name);
    if (!process || !isSameProcess(process, entry.files.at(-1))) continue;
    const pids = status === undefined ? undefined : parseNestedPids(status);
    const netStat = directories.get(process.pid);
    const firstMount = firstMounts.get(process.pid);
    found.push({
      fact: 'signs',
      pid: process.pid,
      ...(pids ? { pids: Object.freeze(pids) } : {}),
      ...(netStat === undefined ? {} : { netStat }),
      ...(firstMount === undefined ? {} : { firstMount }),
      ...(idMaps === undefined ? {} : { idMaps }),
      ...(offsets === undefined ? {} : { clockOffsets: offsets }),
      ...(cgroup === undefined ? {} : { cgroup: parseCgroup(cgroup) }),
    });
  }
  return found;
}

/** By PID; those who see no mount, zombies among them, are absent. */
function readFirstMounts(processes: readonly { readonly pid: number }[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const names = processes.map(({ pid }) => String(pid));
  const question = { names, links: [], files: ['mountinfo'], maxFileBytes: firstLineBytes };
  for (const { name, files: answers } of readProcTable(question)) {
    const text = answers[0] === undefined ? undefined : toText(answers[0]);
    const first = text === undefined ? undefined : parseFirstMount(text);
    if (first !== undefined) found.set(Number(name), first);
  }
  return found;
}

function toText(bytes: Buffer | number): string | undefined {
  return bytes instanceof Buffer && bytes.length > 0 ? bytes.toString('latin1') : undefined;
}

/**
 * Numbers of mounts and of /proc's directories are given out again. What two processes show counts only where both show it
 * for a while that overlaps: what has changed when all was read once is left out.
 */
function* keepStable({ processes }: TaskView, found: readonly SignsFact[]): Generator<SignsFact | MountListFact> {
  const lists = readMountLists(found);
  const pids = found.flatMap(({ pid, netStat }) => (netStat === undefined ? [] : [pid]));
  const directories = readNetDirectories(pids);
  const listsAgain = readMountLists(found);
  const firstMounts = readFirstMounts(found.filter(({ firstMount }) => firstMount !== undefined));
  const pidsFound = new Set(found.map(({ pid }) => pid));
  const starts = new Map<number, ProcessFact>();
  for (const process of processes) if (pidsFound.has(process.pid)) starts.set(process.pid, process);
  const last = { names: found.map(({ pid }) => String(pid)), links: [], files: ['stat'], maxFileBytes: maxBytes };
  const present = new Set<number>();
  for (const { name, files: again } of readProcTable(last)) {
    const process = starts.get(Number(name));
    if (process && isSameProcess(process, again[0])) present.add(process.pid);
  }
  for (const { netStat, firstMount, ...others } of found) {
    if (!present.has(others.pid)) continue;
    const sameNet = netStat !== undefined && directories.get(others.pid) === netStat;
    const sameMounts = firstMount !== undefined && firstMounts.get(others.pid) === firstMount;
    yield { ...others, ...(sameNet ? { netStat } : {}), ...(sameMounts ? { firstMount } : {}) };
  }
  for (const [firstMount, mounts] of lists) {
    const again = new Set(listsAgain.get(firstMount));
    yield { fact: 'mount-list', firstMount, mounts: Object.freeze(mounts.filter((mount) => again.has(mount))) };
  }
}

/** By its first mount, all mounts of one process: two lists that have mounts in common are of one namespace. */
function readMountLists(found: readonly SignsFact[]): ReadonlyMap<number, readonly number[]> {
  const readers = new Map<number, string>();
  for (const { pid, firstMount } of found)
    if (firstMount !== undefined && !readers.has(firstMount)) readers.set(firstMount, String(pid));
  const lists = new Map<number, readonly number[]>();
  const question = { names: [...readers.values()], links: [], files: ['mountinfo'], maxFileBytes: maxMountBytes };
  for (const { files: answers } of readProcTable(question)) {
    const text = answers[0] === undefined ? undefined : toText(answers[0]);
    const first = text === undefined ? undefined : parseFirstMount(text);
    if (text !== undefined && first !== undefined) lists.set(first, parseMountIds(text));
  }
  return lists;
}
