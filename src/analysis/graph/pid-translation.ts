// The PIDs of a process in the pid namespaces it can be seen from, and the process that has a PID in one of them.
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

/** A PID and the pid namespace in which it is that. */
export interface PidInNamespace {
  readonly pid: number;
  /** Inode number of the pid namespace. */
  readonly namespace: Known<number>;
}

/**
 * The PIDs of a process from the reader's pid namespace to its own, with the namespace of each: the chain of parents of its
 * own pid namespace gives them from the innermost outwards, and /proc tells which is the outermost. Of a thread the snapshot
 * has no nested PIDs: it gives the one in the reader's namespace.
 */
export function translatePid(process: Process, index: SnapshotIndex): PidInNamespace[] {
  const { pids } = process;
  const { procPidNamespace } = index.snapshot.host.vantage;
  const chain = chainOf(findOwnPidNamespace(process, index), index, pids.length);
  return pids.map((pid, i) => {
    const fromEnd = pids.length - 1 - i;
    const namespace: Known<number> = chain[fromEnd] ?? brokenChain;
    return {
      pid,
      namespace: i === 0 && !isKnown(namespace) && isKnown(procPidNamespace) ? procPidNamespace : namespace,
    };
  });
}

const brokenChain = Object.freeze({
  unknown: 'gone',
  detail: 'the parents of its pid namespace were not all seen',
} as const);

/**
 * The pid namespace of a process. Where its link is refused but it has one PID alone, it is in the one that /proc shows:
 * NSpid of proc_pid_status(5) is readable by anybody.
 */
export function findOwnPidNamespace({ pids, namespaces }: Process, index: SnapshotIndex): Known<number> {
  const { procPidNamespace } = index.snapshot.host.vantage;
  return !isKnown(namespaces.pid) && pids.length === 1 && isKnown(procPidNamespace) ? procPidNamespace : namespaces.pid;
}

/** A pid namespace and its parents, at most `length` of them. */
function chainOf(start: Known<number>, index: SnapshotIndex, length: number): Known<number>[] {
  const chain: Known<number>[] = [];
  for (let next: Known<number | null> = start; next !== null && chain.length < length; ) {
    chain.push(next);
    if (!isKnown(next)) break;
    next = index.namespace('pid', next)?.parent ?? brokenChain;
  }
  return chain;
}

/**
 * The process that has a PID in a pid namespace.
 * @param inode - of the pid namespace
 */
export function findByPid(pid: number, inode: number, index: SnapshotIndex): Process | undefined {
  // Most processes share few pid namespaces: where each lies in relation to the wanted one is asked once.
  const depths = new Map<number, number | undefined>();
  return index.snapshot.processes.find((process) => {
    const own = findOwnPidNamespace(process, index);
    // Of threads the snapshot has no nested PIDs, and a thread ID is no PID.
    if (!isKnown(own) || process.tid !== process.pid) return false;
    if (!depths.has(own)) depths.set(own, measureDepth(own, inode, index));
    const depth = depths.get(own);
    return depth !== undefined && process.pids[process.pids.length - 1 - depth] === pid;
  });
}

/** How many levels `from` lies below `to`: 0 when they are one, undefined when it does not. */
function measureDepth(from: number, to: number, index: SnapshotIndex): number | undefined {
  const depth = chainOf(from, index, deepest).indexOf(to);
  return depth < 0 ? undefined : depth;
}

/** The kernel nests at most 32 levels: pid_namespaces(7). */
const deepest = 33;

/** Processes whose PID in the namespace could not be told, since their pid namespace or its parents were refused. */
export function countUntranslatable(index: SnapshotIndex): number {
  return index.snapshot.processes.filter((process) => !isKnown(findOwnPidNamespace(process, index))).length;
}
