// What setns(2) demands to be the caller's alone: threads, root and working directory, memory. kernel/user_namespace.c,
// fs/namespace.c, kernel/time/namespace.c

import type { SharedWith, TaskSharing } from '../../model/evidence/task-sharing.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';

/** One thing that setns(2) demands, and whether it is so. */
export interface EntryRule {
  /** What is demanded. */
  readonly demand: string;
  readonly met: Known<boolean>;
  readonly reason: string;
}

/** EINVAL where a user or mount namespace is refused for it, EUSERS where a time namespace is. */
export function demandAlone(sharing: TaskSharing | undefined, type: NamespaceType): readonly EntryRule[] {
  if (!sharing) return [];
  if (type === 'mnt') return [demandOwnFs(sharing)];
  if (type === 'user') return [demandOneThread(sharing), demandOwnFs(sharing)];
  return type === 'time' ? [demandOneThread(sharing), demandOwnMemory(sharing)] : [];
}

function demandOneThread({ threads }: TaskSharing): EntryRule {
  const met = isKnown(threads) ? threads === 1 : threads;
  const reason = isKnown(threads) ? `it has ${threads === 1 ? 'one' : threads}` : 'how many it has is not known';
  return { demand: 'one thread in its process', met, reason };
}

function demandOwnFs({ fs, refused }: TaskSharing): EntryRule {
  return demandOwn('root and working directory of its own (CLONE_FS)', fs, refused);
}

function demandOwnMemory({ memory, refused }: TaskSharing): EntryRule {
  return demandOwn('memory of its own (CLONE_VM)', memory, refused);
}

function demandOwn(demand: string, shared: SharedWith, refused: number): EntryRule {
  if (!isKnown(shared)) return { demand, met: shared, reason: 'whether it shares them is not known' };
  if (shared !== null) return { demand, met: false, reason: `task ${shared} shares them` };
  const but = refused > 0 ? `, of those that could be compared; ${refused} could not` : '';
  return { demand, met: true, reason: `no task shares them${but}` };
}
