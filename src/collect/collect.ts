// Takes a snapshot: the namespaces and processes of this host, and the workloads that they belong to.
import type { Snapshot } from '../model/snapshot/schema.ts';
import { type Wanted, wantEverything } from '../model/snapshot/wanted.ts';
import { addConditions } from './add-conditions.ts';
import { addWorkloads } from './add-workloads.ts';
import { collectNamespaces } from './collect-namespaces.ts';

/**
 * Takes a snapshot of this host, now.
 * @param options - what may be left out to save time, as `{ holders: false }`; everything is read that is not named, and
 *   what is left out is `not-asked` in the snapshot
 * @throws NoProcError where there is no /proc to read; TypeError for an option that does not exist
 */
export function collectSnapshot(options: Partial<Wanted> = {}): Snapshot {
  for (const name of Object.keys(options))
    if (!(name in wantEverything))
      throw new TypeError(`collectSnapshot has no option ${name}; there are ${Object.keys(wantEverything).join(', ')}`);
  const wanted = { ...wantEverything, ...options };
  const snapshot = collectNamespaces(wanted);
  const named = wanted.workloads ? addWorkloads(snapshot) : snapshot;
  return wanted.conditions ? addConditions(named, wanted) : named;
}
