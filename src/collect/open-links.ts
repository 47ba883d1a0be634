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
  const names = processes.flatMap(({ pid, threads }) => [`${pid}/fd`, ...(threads > 1 ? listOwnTables(pid) : [])]);
  return [...readProcLinks(names, holdingLinks)].map(({ name, errno, links }) => {
    const [pid = 0, tid] = name.split(/\D+/).filter(Boolean).map(Number);
    return { pid, tid, errno: errno === 0 ? undefined : nameErrno(errno), links };
  });
}

function listOwnTables(pid: number): string[] {
  return listThreads(pid)
    .filter((tid) => tid !== pid && sharesTable(pid, tid) !== true)
    .map((tid) => `${pid}/task/${tid}/fd`);
}
