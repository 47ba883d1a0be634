// How groups of namespaces are called in the overview.
import type { ListedNamespace } from '../../analysis/graph/inferred-places.ts';
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { Homes, keyOfNamespace } from '../../analysis/listing/namespace-home.ts';
import type { NamespaceGroup } from '../../analysis/listing/overview.ts';
import { nameWorkload } from '../../analysis/listing/workloads.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Holder } from '../../model/snapshot/schema.ts';
import { inferredMark } from './inferred.ts';

/**
 * "docker:web", "net:blue", "/run/ns/blue", "process 812", "held by fd of 812", "this host"; not yet safe for a terminal.
 * What a process chose never looks like a name of another kind: names of bind mounts begin with a slash.
 */
export function nameGroup({ home }: Pick<NamespaceGroup, 'home'>): string {
  switch (home.kind) {
    case 'host':
      return 'this host';
    case 'workload':
      return nameWorkload(home.workload);
    case 'name':
      return home.name.kind === 'ip-netns' ? `net:${home.name.name}` : home.name.path;
    case 'process':
      return `process ${home.process.tid}`;
    case 'held':
      return home.holder ? `held by ${nameHolder(home.holder)}` : 'no holder seen';
  }
}

/** With a tilde where a user could pretend the workload, and where it is inferred that the host's init is there. */
export function markGroup(group: Pick<NamespaceGroup, 'home' | 'namespaces'>): string {
  const { home, namespaces } = group;
  const isInferred =
    home.kind === 'workload'
      ? home.workload.certainty === 'likely'
      : home.kind === 'host' && namespaces.every(({ hostInferred, initial }) => hostInferred && initial !== true);
  return (isInferred ? inferredMark : '') + nameGroup(group);
}

/** "fd of 812", "file-system /proc". */
function nameHolder(holder: Holder): string {
  if (holder.kind === 'kernel') return 'something unseen';
  if ('pid' in holder && holder.pid !== undefined) return `${holder.kind} of ${holder.pid}`;
  return 'path' in holder && isKnown(holder.path) ? `${holder.kind} ${holder.path}` : holder.kind;
}

/** What namespaces of a snapshot belong to, by type and inode number: "docker:web"; not yet safe for a terminal. */
export function nameHomes(index: SnapshotIndex): (type: NamespaceType, inode: number) => string {
  const all = new Map(index.snapshot.namespaces.map((one: ListedNamespace) => [keyOfNamespace(one), one]));
  const homes = new Homes(index, all);
  return (type, inode) => {
    const namespace = index.namespace(type, inode);
    return namespace ? nameGroup({ home: homes.of(namespace) }) : `${type}:[${inode}]`;
  };
}
