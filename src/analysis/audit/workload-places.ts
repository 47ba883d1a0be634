// Where the processes of a workload are, type by type: in namespaces of its own, in the host's, or in those of others.

import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Process, Workload } from '../../model/snapshot/schema.ts';
import { compareWithHost, type HostComparison } from '../compare/compare-with-host.ts';
import { hasEntered } from '../graph/entered-processes.ts';
import { isPlace } from '../graph/inferred-places.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';

/**
 * `own`: in none that the host or another workload is in. `host`: all of its processes are where the host is. `partly`:
 * some are, and others are not. `shared`: not the host's, and processes of other workloads are in it as well.
 */
export type PlaceVerdict = 'own' | 'host' | 'partly' | 'shared';

/** Where a workload is, of one type. */
export interface WorkloadPlace {
  readonly type: NamespaceType;
  /** Not known where a process may be in the host's without its link or its files telling so. */
  readonly verdict: Known<PlaceVerdict>;
  /** likely: something of it was inferred, and is not certain. */
  readonly certainty: 'certain' | 'likely';
  /** Those of its namespaces that are not the host's and whose inode number is known, in order. */
  readonly inodes: readonly number[];
  /** Its processes in the host's namespace, by pid. */
  readonly inHost: readonly number[];
  /** Other workloads that have processes in the same namespaces. */
  readonly sharedWith: readonly Workload[];
}

/** Its processes that have not ended, without those that entered it from outside; of one whose processes are all of workloads inside of it, its leader. */
export function listMembers(workload: Workload, index: SnapshotIndex): readonly Process[] {
  const { pids, leader } = workload;
  const own = pids.length > 0 ? pids : leader === null ? [] : [leader];
  return own
    .flatMap((pid) => index.process(pid) ?? [])
    .filter((process) => process.state !== 'Z' && process.state !== 'X' && !hasEntered(process, workload, index));
}

/** One for each type, in the order of their names. */
export function placeWorkload(workload: Workload, index: SnapshotIndex): readonly WorkloadPlace[] {
  const seen = new Map<NamespaceType, Seen[]>(namespaceTypes.map((type) => [type, []]));
  for (const process of listMembers(workload, index))
    for (const comparison of compareWithHost(process, index))
      seen.get(comparison.type)?.push({ pid: process.pid, comparison });
  return namespaceTypes.map((type) => judge(workload, type, seen.get(type) ?? [], index));
}

interface Seen {
  readonly pid: number;
  readonly comparison: HostComparison;
}

function judge(workload: Workload, type: NamespaceType, seen: readonly Seen[], index: SnapshotIndex): WorkloadPlace {
  const inHost = seen.filter(({ comparison }) => comparison.shared === true);
  const apart = seen.filter(({ comparison }) => comparison.shared === false);
  const inodes = new Set<number>();
  const others = new Set<Workload>();
  for (const { comparison } of apart) {
    const { place } = comparison;
    const inode = isPlace(place) ? ('inode' in place ? place.inode : undefined) : isKnown(place) ? place : undefined;
    if (inode !== undefined) inodes.add(inode);
    else if (isPlace(place) && 'number' in place)
      for (const one of index.workloadsOfUnnumbered(type, place.number)) others.add(one);
  }
  for (const inode of inodes) for (const one of index.workloadsOf(type, inode) ?? []) others.add(one);
  others.delete(workload);
  // A named network is a name of the namespace, and not somebody in it.
  const sharedWith = [...others].filter(({ pids }) => pids.length > 0);
  const likely = seen.some(({ comparison }) => isKnown(comparison.shared) && comparison.certainty === 'likely');
  return {
    type,
    verdict: conclude(seen, inHost.length, apart.length, sharedWith.length),
    certainty: likely ? 'likely' : 'certain',
    inodes: [...inodes].sort((a, b) => a - b),
    inHost: inHost.map(({ pid }) => pid),
    sharedWith,
  };
}

function conclude(seen: readonly Seen[], inHost: number, apart: number, others: number): Known<PlaceVerdict> {
  if (inHost > 0 && apart > 0) return 'partly';
  // Processes that ended while they were looked at are nowhere.
  const open = seen.flatMap(({ comparison: { shared } }): Unknown[] => (isKnown(shared) ? [] : [shared]));
  const refused = open.find(({ unknown }) => unknown !== 'gone');
  if (refused && inHost + apart > 0)
    return { ...refused, detail: `of ${open.length} of ${seen.length} processes it is not known` };
  if (refused) return refused;
  if (inHost > 0) return 'host';
  if (apart > 0) return others > 0 ? 'shared' : 'own';
  return open[0] ?? noProcess;
}

const noProcess: Unknown = Object.freeze({ unknown: 'gone', detail: 'no process is in it' });
