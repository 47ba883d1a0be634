// Does a pid namespace live, and what in it has ended and was not waited for? pid_namespaces(7)
import { hasEnded } from '../model/has-ended.ts';
import { isKnown } from '../model/known.ts';
import type { Namespace, Process } from '../model/schema.ts';
import { findMembers, findParents } from './namespace-relations.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

/**
 * `dead`: its init has ended, no process can be born in it any more, and it is there for as long as something holds it.
 * `no-init`: none was born in it yet, or it has ended; only links for children lead to it. `unknown`: an init may be out
 * of sight.
 */
export type PidNamespaceState = 'alive' | 'dead' | 'no-init' | 'unknown';

export interface PidNamespaceLife {
  readonly state: PidNamespaceState;
  /** Ended, and its parent has not waited for it. Just so at the moment of looking, it may be gone at the next. */
  readonly zombies: readonly Process[];
}

export function judgePidNamespace(namespace: Namespace, index: SnapshotIndex): PidNamespaceLife {
  const { processes } = findMembers(namespace, index);
  return { state: findState(namespace, index), zombies: processes.filter(hasEnded) };
}

function findState(namespace: Namespace, index: SnapshotIndex): PidNamespaceState {
  const { init } = namespace;
  if (init === undefined || !isKnown(init)) return 'unknown';
  const process = init === null ? undefined : index.process(init);
  if (process) return hasEnded(process) ? 'dead' : 'alive';
  if (init !== null) return 'alive';
  const { processes, threads, forChildren } = findMembers(namespace, index);
  if (processes.some((one) => !hasEnded(one)) || threads.length > 0 || !isInSight(namespace, index)) return 'unknown';
  return forChildren.length > 0 ? 'no-init' : 'dead';
}

/** Whether its processes would be seen: it is below the pid namespace of /proc, and no init's place is unknown. */
function isInSight(namespace: Namespace, index: SnapshotIndex): boolean {
  const { procPidNamespace } = index.snapshot.host.vantage;
  const above = findParents(namespace, index)?.namespaces ?? [];
  if (!isKnown(procPidNamespace) || !above.some(({ inode }) => inode === procPidNamespace)) return false;
  return !index.snapshot.processes.some(({ namespaces, pids }) => {
    const innermost = isKnown(pids) ? pids : undefined;
    return !isKnown(namespaces.pid) && (innermost === undefined || (innermost.length > 1 && innermost.at(-1) === 1));
  });
}
