// Whether a pid namespace is alive, and what in it has ended and was not waited for: pid_namespaces(7)

import { hasEnded } from '../../model/derived/has-ended.ts';
import { isKernelSince } from '../../model/names/kernel-release.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { PidNamespaceStage } from '../../model/snapshot/pid-namespace-stage.ts';
import type { Namespace, Process } from '../../model/snapshot/schema.ts';
import { findMembers, findParents } from './namespace-relations.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

/**
 * `dead`: its init has ended, no process can be born in it any more, and it is there for as long as something holds it.
 * `unborn`: it waits for its first process, which will be its init. `no-init`: one of these, and nothing tells which.
 * `unknown`: an init may be out of sight.
 */
export type PidNamespaceState = PidNamespaceStage | 'no-init' | 'unknown';

/** Whether it is known that no process can be in it now. */
export function hasNoInit(state: PidNamespaceState): boolean {
  return state === 'dead' || state === 'unborn' || state === 'no-init';
}

interface PidNamespaceLife {
  readonly state: PidNamespaceState;
  /** Ended, and its parent has not waited for it. Just so at the moment of looking, it may be gone at the next. */
  readonly zombies: readonly Process[];
}

/** @param firstChild - what a link for children told of its first process after the snapshot */
export function judgePidNamespace(
  namespace: Namespace,
  index: SnapshotIndex,
  firstChild?: 'awaited' | 'ended',
): PidNamespaceLife {
  const { processes } = findMembers(namespace, index);
  const state = findState(namespace, index);
  return { state: refineState(state, firstChild), zombies: processes.filter(hasEnded) };
}

/** A link that waits for a first child proves that there is no init out of sight either. */
function refineState(state: PidNamespaceState, firstChild: 'awaited' | 'ended' | undefined): PidNamespaceState {
  if (firstChild === 'awaited') return state === 'alive' ? state : 'unborn';
  return state === 'no-init' && firstChild === 'ended' ? 'dead' : state;
}

function findState(namespace: Namespace, index: SnapshotIndex): PidNamespaceState {
  const { init, stage } = namespace;
  if (stage === 'dead') return 'dead';
  if (init === undefined || !isKnown(init)) return 'unknown';
  const process = init === null ? undefined : index.process(init);
  if (process) return hasEnded(process) ? 'dead' : 'alive';
  if (init !== null) return 'alive';
  if (stage !== undefined) return stage;
  const { processes, threads, forChildren } = findMembers(namespace, index);
  if (processes.some((one) => !hasEnded(one)) || threads.length > 0 || !isInSight(namespace, index)) return 'unknown';
  // From Linux 6.11 on a descriptor can be had of one before its first process, and may be all that is left of who made it.
  return forChildren.length > 0 || isKernelSince(index.snapshot.host.kernel, 6, 11) ? 'no-init' : 'dead';
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
