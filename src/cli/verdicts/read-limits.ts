// A snapshot with the limits of namespaces, and no other conditions.
import type { Snapshot } from '../../model/snapshot/schema.ts';
import type { Wanted } from '../../model/snapshot/wanted.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

/** @throws SnapshotError, NoProcError */
export async function readLimits(options: OptionValues, wanted: Wanted, given: GivenCommand): Promise<Snapshot> {
  const snapshot = await readSnapshot(options, { ...wanted, conditions: false }, given);
  if (options.from !== undefined) return snapshot;
  const { addConditions } = await import('../../collect/add-conditions.ts');
  return addConditions(snapshot, { bpf: options.bpf !== false, only: ['sysctls', 'namespaceCounts'] });
}
