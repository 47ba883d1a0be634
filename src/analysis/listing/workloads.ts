// The workload that a process or a namespace belongs to, and what is in a workload.
import { isKnown, knownOr } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { HostSnapshot, Namespace, Process, Workload } from '../../model/snapshot/schema.ts';
import { type ListedNamespace, toListed } from '../graph/inferred-places.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';

/** `podman:web`, a target that leads to it again where no other has the name; not yet safe for a terminal. */
export function nameWorkload({ engine, name }: Pick<Workload, 'engine' | 'name'>): string {
  return `${engine}:${name}`;
}

/** The workloads of the snapshot; none where nobody asked for them. */
export function listWorkloads(index: SnapshotIndex): readonly Workload[] {
  return knownOr(index.snapshot.workloads, []);
}

/** A workload, and what is in it. */
export interface WorkloadGroup {
  readonly workload: Workload;
  /** By pid; those of a workload that runs inside of it are in its own group alone. */
  readonly processes: readonly Process[];
  /** Those that its processes are in and the host is not, and those that it names, by type and inode number. */
  readonly namespaces: readonly Namespace[];
}

/** All workloads with their processes and namespaces: by engine, then by name. */
export function groupByWorkload(index: SnapshotIndex): readonly WorkloadGroup[] {
  return listWorkloads(index).map((workload) => ({
    workload,
    processes: workload.pids.flatMap((pid) => index.process(pid) ?? []),
    namespaces: workload.namespaces.flatMap(({ type, inode }) => index.namespace(type, inode) ?? []),
  }));
}

/** The innermost workload that a process is in; of a thread that of its process. */
export function findWorkload({ pid }: Process, index: SnapshotIndex): Workload | undefined {
  return index.workloadOf(pid);
}

/**
 * The workloads that have processes in a namespace, or that name it; of one that nobody is in, those of what it owns and
 * of its children. Namespaces of the host are no workload's.
 */
export function findWorkloadsOf(namespace: ListedNamespace, index: SnapshotIndex): readonly Workload[] {
  if (listWorkloads(index).length === 0) return [];
  const { type, inode } = namespace;
  if (isKnown(inode)) return index.workloadsOf(type, inode) ?? findBelow(index.namespace(type, inode), index);
  if (namespace.number === undefined || namespace.initial === true || namespace.host === true) return [];
  return index.workloadsOfUnnumbered(type, namespace.number);
}

/** Sandboxes leave an outer user namespace without a process, which owns the one that they are in. */
function findBelow(
  namespace: Namespace | undefined,
  index: SnapshotIndex,
  seen = new Set<Namespace>(),
): readonly Workload[] {
  const { count, threads, inferred } = namespace?.processes ?? { count: 1, threads: 0 };
  if (!namespace || namespace.initial === true || count > 0 || threads > 0 || inferred) return [];
  // In contradictory data one owns what owns it.
  if (seen.has(namespace)) return [];
  seen.add(namespace);
  return [
    ...new Set(
      index
        .belowOf(namespace.type, namespace.inode)
        .flatMap((one) => index.workloadsOf(one.type, one.inode) ?? findBelow(one, index, seen)),
    ),
  ];
}

/**
 * Whom a word behind `podman:` means: by name, by id or the beginning of it, or, of Kubernetes, by the last parts of the
 * name. Nobody takes the name of what is certain: what is only likely is looked at where nothing certain is meant.
 */
export function findWorkloadsByName(
  name: string,
  engine: string | undefined,
  index: SnapshotIndex,
): readonly Workload[] {
  const own = listWorkloads(index).filter((one) => engine === undefined || one.engine === engine);
  const steps: ((one: Workload) => boolean)[] = [
    (one) => one.name === name || one.id === name,
    (one) => /^[0-9a-f]{3,64}$/.test(name) && one.id.length === 64 && one.id.startsWith(name),
    (one) => one.name.endsWith(`/${name}`),
    (one) => one.pod === name,
  ];
  for (const certain of [true, false])
    for (const step of steps) {
      const found = own.filter((one) => (one.certainty === 'certain') === certain && step(one));
      if (found.length > 0) return found;
    }
  return [];
}

/** "user eve (uid 1001)", whose word alone a workload is; undefined where that is not known, or it is certain. */
export function describeClaimant(
  { claimedBy }: Pick<Workload, 'claimedBy'>,
  { users }: Pick<HostSnapshot, 'users'>,
): string | undefined {
  if (claimedBy === undefined) return undefined;
  const name = users[claimedBy];
  return name === undefined ? `uid ${claimedBy}` : `user ${name} (uid ${claimedBy})`;
}

/** The types in which a workload has namespaces, and whether one of a type is known to be there by its number. */
export function findTypesOf(workload: Workload, index: SnapshotIndex): ReadonlyMap<NamespaceType, boolean> {
  const types = new Map<NamespaceType, boolean>();
  for (const type of namespaceTypes) {
    const own = index.snapshot.unnumbered.filter((one) => one.type === type);
    if (workload.namespaces.some((one) => one.type === type)) types.set(type, true);
    else if (own.some((one) => findWorkloadsOf(toListed(one), index).includes(workload))) types.set(type, false);
  }
  return types;
}
