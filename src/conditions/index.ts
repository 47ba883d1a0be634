// The table of readers, and the conditions of a snapshot.
import type { Snapshot } from '../model/snapshot/schema.ts';
import type { Wanted } from '../model/snapshot/wanted.ts';
import type { ConditionReader } from './condition.ts';
import { linkLists } from './link-lists.ts';
import { mountViews } from './mount-views.ts';
import { mounts } from './mounts.ts';
import { nameFiles } from './name-files.ts';
import { namespaceCounts } from './namespace-counts.ts';
import { networks } from './networks.ts';
import { pidFiles } from './pid-files.ts';
import { type FoundConditions, readConditions } from './read-conditions.ts';
import { securities } from './securities.ts';
import { subordinateRanges } from './subordinate-ranges.ts';
import { sysctls } from './sysctls.ts';
import { taskLimits } from './task-limits.ts';
import { zombies } from './zombies.ts';

/** In the order in which they are read; each fills one field. What others are derived from comes first. */
export const conditionReaders: readonly ConditionReader[] = [
  sysctls,
  subordinateRanges,
  nameFiles,
  namespaceCounts,
  taskLimits,
  mounts,
  mountViews,
  securities,
  pidFiles,
  networks,
  linkLists,
  zombies,
];

/**
 * What verdicts need besides the graph, of this host.
 * @param snapshot - of this host, taken a moment ago, with its workloads
 */
export function findConditions(
  snapshot: Snapshot,
  elapsedMs: () => () => number,
  wanted: Pick<Wanted, 'bpf' | 'conditions'>,
): FoundConditions {
  return readConditions(snapshot, conditionReaders, elapsedMs, wanted);
}
