// The workloads of a snapshot as an audit looks at them: where each is, what restricts it, what of the host it sees.
import type { Known } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Workload } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { listWorkloads } from '../listing/workloads.ts';
import { indexMountViews, type MountFacts, readMountFacts } from './workload-mounts.ts';
import { placeWorkload, type WorkloadPlace } from './workload-places.ts';
import { explainVantage, indexSecurities, mapsRoot, type Restrictions, restrict } from './workload-restrictions.ts';

/** One workload, as it runs. */
export interface WorkloadAudit {
  readonly workload: Workload;
  readonly places: Readonly<Record<NamespaceType, WorkloadPlace>>;
  readonly restrictions: Known<Restrictions>;
  readonly mounts: Known<MountFacts>;
  /** Whether uid 0 of the host is a user of its user namespace. */
  readonly mapsRoot: Known<boolean>;
  /** Whether a process of it runs as uid 0 of the host. */
  readonly runsAsRoot: Known<boolean>;
  readonly index: SnapshotIndex;
}

/** Containers, machines and sandboxes, and units of systemd that have namespaces of their own; `all` units with all. */
export function auditWorkloads(index: SnapshotIndex, all = false): readonly WorkloadAudit[] {
  const securities = indexSecurities(index);
  const views = indexMountViews(index);
  return listWorkloads(index)
    .filter((workload) => isAudited(workload, all))
    .map((workload): WorkloadAudit => {
      const list = placeWorkload(workload, index);
      const places = Object.fromEntries(list.map((place) => [place.type, place])) as WorkloadAudit['places'];
      const restrictions = restrict(workload, securities, index);
      return {
        workload,
        places,
        restrictions,
        mounts: readMountFacts(places.mnt, views),
        mapsRoot: mapsRoot(places.user, index),
        runsAsRoot: 'unknown' in restrictions ? restrictions : (explainVantage(index) ?? restrictions.hasRootUid),
        index,
      };
    });
}

/** A named network has no processes of its own. */
function isAudited({ kind, namespaces }: Workload, all: boolean): boolean {
  if (kind === 'network') return false;
  return kind !== 'unit' || all || namespaces.length > 0;
}

/** The places that are inferred, and not certain. */
export function listLikely({ places }: WorkloadAudit): readonly NamespaceType[] {
  return namespaceTypes.filter((type) => places[type].certainty === 'likely');
}
