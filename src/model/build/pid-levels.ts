// Levels of pid and user namespaces, and the init of each pid namespace.
import type { ProcessFact } from '../facts/facts.ts';
import { type InitialInodes, isInitial } from '../facts/initial-namespaces.ts';
import { isKnown, type Known, type Unknown } from '../snapshot/known.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';
import type { MergedNamespace, MergedNamespaces } from './merge-namespaces.ts';

/** The kernel nests at most 32 levels: pid_namespaces(7), user_namespaces(7). */
const deepest = 33;

/** The steps from a namespace up to the initial one of its type; unknown where the chain of parents breaks off. */
export function measureLevel(
  namespace: MergedNamespace,
  merged: MergedNamespaces,
  initials: InitialInodes,
): Known<number> {
  let here: MergedNamespace | undefined = namespace;
  for (let level = 0; level <= deepest; level++) {
    if (isInitial(here.type, here.inode, initials) === true) return level;
    const parent: Known<number | null> = merged.parentOf(here);
    if (!isKnown(parent)) return parent;
    here = parent === null ? undefined : merged.get(here.type, parent);
    if (!here) return brokenChain;
  }
  return brokenChain;
}

const brokenChain: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'its parents were not all seen' });

/**
 * The init of each pid namespace: the process whose innermost PID is 1. In the reader's own pid namespace that is PID 1.
 * @returns inode of the pid namespace → PID as the reader sees it
 */
export function findPidNamespaceInits(
  vantage: HostSnapshot['vantage'],
  processes: readonly ProcessFact[],
  nestedPids: ReadonlyMap<number, readonly number[]>,
): ReadonlyMap<number, number> {
  const inits = new Map<number, number>();
  for (const process of processes) {
    if (process.tid !== process.pid) continue;
    const { pid } = process.namespaces;
    const innermost = nestedPids.get(process.pid)?.at(-1) ?? process.pid;
    if (innermost === 1 && isKnown(pid)) inits.set(pid, process.pid);
    // The links of the reader's own PID 1 may be refused; its place is certain all the same.
    const own = vantage.procPidNamespace;
    if (process.pid === 1 && !isKnown(pid) && isKnown(own)) inits.set(own, 1);
  }
  return inits;
}
