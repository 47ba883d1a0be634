// Where the snapshot of a reading verb comes from: this host, or --from a file.

import type { Snapshot } from '../../model/snapshot/schema.ts';
import type { Wanted } from '../../model/snapshot/wanted.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

/** @throws SnapshotError, NoProcError */
export async function readSnapshot(
  options: OptionValues,
  wanted: Wanted,
  given: Pick<GivenCommand, 'prepared'> = {},
): Promise<Snapshot> {
  if (options.from !== undefined) {
    const { loadSnapshot } = await import('./load-snapshot.ts');
    return loadSnapshot(options.from);
  }
  const { readThisHost } = await import('./read-this-host.ts');
  const bpf = wanted.bpf && options.bpf !== false;
  const snapshot = readThisHost({ ...wanted, bpf }, given.prepared);
  const named = wanted.workloads ? await nameWorkloads(snapshot) : snapshot;
  if (!wanted.conditions) return named;
  const { addConditions } = await import('../../collect/add-conditions.ts');
  return addConditions(named, { ...wanted, bpf });
}

async function nameWorkloads(snapshot: Snapshot): Promise<Snapshot> {
  const { loadWorkloads } = await import('./load-workloads.ts');
  return loadWorkloads(snapshot);
}
