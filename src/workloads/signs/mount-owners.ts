// The mount namespaces that one workload alone has. Who entered one from elsewhere is in the workload as well.
import { isKnown } from '../../model/snapshot/known.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import type { WorkloadDraft } from './engine.ts';

/** Mount namespaces in which the members of one workload are, and neither the host's init nor who runs a workload. */
export function findMountOwners(
  snapshot: Snapshot,
  drafts: Iterable<WorkloadDraft>,
): ReadonlyMap<number, WorkloadDraft> {
  const all = [...drafts];
  const others = findOthers(snapshot, all);
  const owners = new Map<number, WorkloadDraft>();
  for (const draft of all)
    for (const { namespaces } of draft.members) {
      const { mnt } = namespaces;
      if (!isKnown(mnt) || others.has(mnt)) continue;
      const owner = owners.get(mnt);
      if (!owner || (draft.authority.trusted && !owner.authority.trusted)) owners.set(mnt, draft);
      // What somebody says inside of a workload takes nothing from it.
      else if (owner !== draft && owner.authority.trusted === draft.authority.trusted) others.add(mnt);
    }
  for (const mnt of others) if (typeof mnt === 'number') owners.delete(mnt);
  return owners;
}

function findOthers(snapshot: Snapshot, drafts: readonly WorkloadDraft[]): Set<unknown> {
  const isInit = ({ pid, tid }: Snapshot['processes'][number]) => pid === tid && (pid === 1 || pid === 2);
  const others = new Set<unknown>(snapshot.processes.filter(isInit).map(({ namespaces }) => namespaces.mnt));
  others.add(snapshot.host.vantage.namespaces.mnt);
  for (const namespace of snapshot.namespaces)
    if (namespace.type === 'mnt' && namespace.initial === true) others.add(namespace.inode);
  for (const { outer, monitors } of drafts)
    if (!outer) for (const { namespaces } of monitors) others.add(namespaces.mnt);
  return others;
}
