// User namespaces that map the same ids of the host: what one owns belongs to the other as well, user_namespaces(7).
import { isKnown } from '../../model/snapshot/known.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import type { Rule } from '../findings/rule.ts';
import {
  describeUserNamespace,
  formatIds,
  type IdKind,
  listMappedRanges,
  type MappedRange,
} from '../graph/mapped-ids.ts';

/** Ranges one after another that overlap, the furthest end so far. */
interface Cluster {
  readonly ranges: MappedRange[];
  last: number;
}

const maxNamed = 5;

export const idMapsOverlap: Rule<never> = {
  code: 'id-maps-overlap',
  severity: 'warning',
  title: 'user namespaces that map the same ids of the host',
  means:
    'A process of one may signal those of the other and owns its files wherever it gets at them. Containers of one engine or user often share a range by design; those of different users never should.',
  needs: [],
  find({ index }, report) {
    const told = new Set<string>();
    for (const kind of ['uid', 'gid'] as const)
      for (const { ranges } of findClusters(index, kind)) {
        const namespaces = [...new Set(ranges.map(({ namespace }) => namespace))];
        // uids and gids mostly have the same ranges: one finding is enough.
        const key = namespaces.map(({ inode }) => inode).join(' ');
        if (namespaces.length < 2 || told.has(key)) continue;
        told.add(key);
        const owners = new Set(namespaces.map(ownerOf));
        const isWrong = owners.size > 1 || (owners.has(0) && !isDesigned(ranges));
        const [first, second] = namespaces as [Namespace, Namespace];
        const others = namespaces.length > 2 ? ` and ${namespaces.length - 2} more` : '';
        report.add({
          severity: isWrong ? 'warning' : 'note',
          subjects: namespaces.map(({ inode }) => ({ kind: 'namespace', type: 'user', inode })),
          says: `${describeUserNamespace(first, index)} and ${describeUserNamespace(second, index)}${others} map the same ${kind}s`,
          seen: [
            ...ranges
              .slice(0, maxNamed)
              .map(
                ({ namespace, first, last }) =>
                  `user:[${namespace.inode}], made by uid ${ownerOf(namespace) ?? '?'}, maps ${formatIds(kind, first, last)}`,
              ),
            ...(ranges.length > maxNamed ? [`${ranges.length - maxNamed} more`] : []),
          ],
          fixes: [
            {
              text: isWrong
                ? 'give each a range of its own: correct /etc/subuid and /etc/subgid or the maps, and start them again'
                : 'where they should be kept apart, give each a range of its own: podman run --userns=auto, lxc.idmap, systemd-nspawn --private-users=pick',
            },
          ],
        });
      }
  },
};

function ownerOf({ ownerUid }: Namespace): number | undefined {
  return isKnown(ownerUid) ? ownerUid : undefined;
}

/** One id that is the maker's own is no range: rootless engines and sandboxes map it each time. */
function findClusters(index: Parameters<typeof listMappedRanges>[0], kind: IdKind): Cluster[] {
  const clusters: Cluster[] = [];
  let cluster: Cluster | undefined;
  for (const range of listMappedRanges(index, kind)) {
    // The ids of the host itself are another rule's: of its root, and of whole identity.
    if (range.first === range.last || range.first === 0) continue;
    if (cluster && range.first <= cluster.last) {
      cluster.ranges.push(range);
      cluster.last = Math.max(cluster.last, range.last);
    } else {
      cluster = { ranges: [range], last: range.last };
      clusters.push(cluster);
    }
  }
  return clusters;
}

/** Docker's userns-remap and LXC give all containers the very same range. */
function isDesigned(ranges: readonly MappedRange[]): boolean {
  const [{ first, last }] = ranges as [MappedRange];
  return ranges.every((range) => range.first === first && range.last === last);
}
