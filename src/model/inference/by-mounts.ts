// Mount namespaces by the ids of mounts: each mount is in one mount namespace, and no two mounts of a host have one id at
// the same time. A process that is chrooted sees fewer mounts, or none; those that it sees tell the same.
import { DisjointSets } from '../collections/disjoint-sets.ts';
import type { Grouping, Signs } from './signs.ts';

/** @see fs/proc_namespace.c show_mountinfo: it lists the mounts of the process's namespace below its root */
export function groupByMounts(signs: Signs): Grouping {
  const sets = new DisjointSets<number>();
  for (const { firstMount, mounts } of signs.mountLists) for (const mount of mounts) sets.join(firstMount, mount);
  return {
    signOf: (process) => {
      const first = signs.of(process)?.firstMount;
      return first === undefined ? undefined : { key: String(sets.root(first)), by: 'mount-ids', certainty: 'certain' };
    },
    // Two processes that are chrooted to different directories of one namespace may have no mount in common.
    distinct: 'likely',
  };
}
