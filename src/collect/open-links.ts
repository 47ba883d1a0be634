// The descriptors of all processes, and of threads with tables of their own, as links of /proc.

import { nameErrno } from '../kernel/addon/syscall-error.ts';
import { startProcLinks } from '../kernel/proc/proc-links.ts';
import { listThreads } from '../kernel/proc/proc-table.ts';
import { sharesTable } from '../kernel/process/descriptor-tables.ts';
import type { ProcessFact } from '../model/facts/facts.ts';
import { namespaceTypes } from '../model/snapshot/namespace-types.ts';
import type { OpenLinks } from '../sources/index.ts';

/** How the links begin that may hold a namespace. */
const holdingLinks: readonly string[] = [...namespaceTypes.map((type) => `${type}:[`), 'socket:[', '/dev/net/tun'];

/** Tables of descriptors that are being read. */
export interface StartedTables {
  /** Gives them once, and those of threads that have their own. */
  take(): OpenLinks[];
  /** For what is not taken. */
  end(): void;
}

/** Begins to read the descriptors of these processes, while the caller does something else. */
export function startOpenLinks(processes: readonly ProcessFact[]): StartedTables {
  // A zombie has closed all, and the kernel refuses its directory even to its user.
  const leaders = startTables(processes.filter(({ state }) => state !== 'Z').map(({ pid }) => ({ pid })));
  return { take: () => addThreads(processes, leaders.take()), end: () => leaders.end() };
}

function addThreads(processes: readonly ProcessFact[], tables: OpenLinks[]): OpenLinks[] {
  const refused = new Set<number>();
  for (const { pid, errno } of tables) if (errno !== undefined) refused.add(pid);
  const unsure = new Set<number>();
  const others: TableOwner[] = [];
  // What a process refuses, its threads refuse as well; of a leader that has ended the threads may go on.
  for (const { pid, threads } of processes)
    if (threads > 1 && !refused.has(pid)) others.push(...listOwnTables(pid, unsure));
  if (others.length === 0) return tables;
  const all = [...tables, ...startTables(others).take()];
  return unsure.size > 0 ? leaveOutCopies(all, unsure) : all;
}

interface TableOwner {
  readonly pid: number;
  readonly tid?: number;
}

function startTables(owners: readonly TableOwner[]): StartedTables {
  const names = owners.map(({ pid, tid }) => (tid === undefined ? `${pid}/fd` : `${pid}/task/${tid}/fd`));
  const started = startProcLinks(names, holdingLinks);
  const take = () =>
    Array.from(started.take(), ({ errno, refused, refusal, links }, index): OpenLinks => {
      const { pid, tid } = owners[index] as TableOwner;
      const failure = errno !== 0 ? errno : refused > 0 ? refusal : 0;
      return { pid, tid, errno: failure === 0 ? undefined : nameErrno(failure), links };
    });
  return { take, end: () => started.end() };
}

/** @param unsure - gets the threads of which the kernel does not tell whether they share their leader's table */
function listOwnTables(pid: number, unsure: Set<number>): TableOwner[] {
  const owners: TableOwner[] = [];
  for (const tid of listThreads(pid)) {
    if (tid === pid) continue;
    const shares = sharesTable(pid, tid);
    if (shares === true) continue;
    if (shares === undefined) unsure.add(tid);
    owners.push({ pid, tid });
  }
  return owners;
}

/** Where kcmp(2) is refused, a descriptor that a thread has like its leader is taken for the leader's. */
function leaveOutCopies(tables: readonly OpenLinks[], unsure: ReadonlySet<number>): OpenLinks[] {
  const leaders = new Map<number, Set<string>>();
  for (const { pid, tid, links } of tables)
    if (tid === undefined) leaders.set(pid, new Set(links.map(({ name, text }) => `${name} ${text}`)));
  return tables.flatMap((table) => {
    const { pid, tid, links } = table;
    if (tid === undefined || !unsure.has(tid)) return [table];
    const own = links.filter(({ name, text }) => !leaders.get(pid)?.has(`${name} ${text}`));
    return own.length > 0 || table.errno !== undefined ? [{ ...table, links: own }] : [];
  });
}
