// Adds the workloads to a snapshot of this host. Loaded only where they are wanted: few listings show them.
import { addWorkloads } from '../../collect/add-workloads.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { askEngines } from '../../workloads/names/ask-engines.ts';

/** By what is read of processes, then by what engines say. */
export function loadWorkloads(snapshot: Snapshot): Promise<Snapshot> {
  return askEngines(addWorkloads(snapshot));
}
