// The descriptors of all processes, and of threads with tables of their own, as links of /proc.
import { sharesTable } from '../kernel/descriptor-tables.ts';
import { readProcLinks } from '../kernel/proc-links.ts';
import { listThreads } from '../kernel/proc-table.ts';
import { nameErrno } from '../kernel/syscall-error.ts';
import type { ProcessFact } from '../model/facts.ts';
import { namespaceTypes } from '../model/namespace-types.ts';
import type { OpenLinks } from '../sources/index.ts';

/** How the links begin that may hold a namespace. */
const holdingLinks: readonly string[] = [...namespaceTypes.map((type) => `${type}:[`), 'socket:[', '/dev/net/tun'];

export function readOpenLinks(processes: readonly ProcessFact[]): OpenLinks[] {
  // A zombie has closed all, and the kernel refuses its directory even to its user.
  const open = processes.filter(({ state }) => state !== 'Z');
  const tables = readTables(open.map(({ pid }) => `${pid}/fd`));
  const refused = new Set(tables.flatMap(({ pid, errno }) => (errno === undefined ? [] : [pid])));
  const unsure = new Set<string>();
  // What a process refuses, its threads refuse as well; of a leader that has ended the threads may go on.
  const others = processes.flatMap(({ pid, threads }) =>
    threads > 1 && !refused.has(pid) ? listOwnTables(pid, unsure) : [],
  );
  if (others.length === 0) return tables;
  const all = [...tables, ...readTables(others)];
  return unsure.size > 0 ? leaveOutCopies(all, unsure) : all;
}

function readTables(names: readonly string[]): OpenLinks[] {
  return [...readProcLinks(names, holdingLinks)].map(({ name, errno, refused, refusal, links }) => {
    const [pid = 0, tid] = name.split(/\D+/).filter(Boolean).map(Number);
    const failure = errno !== 0 ? errno : refused > 0 ? refusal : 0;
    return { pid, tid, errno: failure === 0 ? undefined : nameErrno(failure), links };
  });
}

/** @param unsure - gets the directories of threads of which the kernel does not tell whether they share their leader's */
function listOwnTables(pid: number, unsure: Set<string>): string[] {
  const names: string[] = [];
  for (const tid of listThreads(pid)) {
    if (tid === pid) continue;
    const shares = sharesTable(pid, tid);
    if (shares === true) continue;
    const name = `${pid}/task/${tid}/fd`;
    if (shares === undefined) unsure.add(name);
    names.push(name);
  }
  return names;
}

/** Where kcmp(2) is refused, a descriptor that a thread has like its leader is taken for the leader's. */
function leaveOutCopies(tables: readonly OpenLinks[], unsure: ReadonlySet<string>): OpenLinks[] {
  const leaders = new Map<number, Set<string>>();
  for (const { pid, tid, links } of tables)
    if (tid === undefined) leaders.set(pid, new Set(links.map(({ name, text }) => `${name} ${text}`)));
  return tables.flatMap((table) => {
    const { pid, tid, links } = table;
    if (tid === undefined || !unsure.has(`${pid}/task/${tid}/fd`)) return [table];
    const own = links.filter(({ name, text }) => !leaders.get(pid)?.has(`${name} ${text}`));
    return own.length > 0 || table.errno !== undefined ? [{ ...table, links: own }] : [];
  });
}
