// How workloads are called in listings: with the mark of what is inferred where no engine confirms them.
import { nameWorkload } from '../../analysis/listing/workloads.ts';
import type { Workload } from '../../model/snapshot/schema.ts';
import { inferredMark } from './inferred.ts';

/** `podman:web ~bubblewrap:sleep`, each name once, not yet escaped; `-` for none. */
export function formatWorkloads(workloads: readonly Workload[]): string {
  const names = workloads.map((one) => (one.certainty === 'likely' ? inferredMark : '') + nameWorkload(one));
  return [...new Set(names)].join(' ') || '-';
}
