// Opens a namespace of a snapshot by any way that leads to it, also one that no process is in.
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { attempt, closeDescriptor } from '../../kernel/files/files.ts';
import { findNamespacesIn } from '../../kernel/mounts/mounts.ts';
import { closeNamespace, identify, nsGetParent, nsGetUserns, type OpenNamespace } from '../../kernel/nsfs/nsfs.ts';
import { openFound } from '../../kernel/nsfs/open-namespace.ts';
import { isKnown, type Known, unknownFromErrno } from '../../model/snapshot/known.ts';
import { namespaceLinks, readLinkType } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Process } from '../../model/snapshot/schema.ts';

/** From the most direct to the farthest: a namespace inside of another that is reached in the same way. */
const deepest = 8;

/**
 * Tries the links of its processes, the descriptors of its holders, its names, its 64-bit id, bind mounts in other mount
 * namespaces, and last the namespaces that have it as their parent or owner.
 * @returns the namespace, which the caller closes, or why the last way did not lead to it
 */
export function reachNamespace(index: SnapshotIndex, namespace: Namespace, depth = 0): Known<OpenNamespace> {
  const direct = openFound({
    type: namespace.type,
    inode: namespace.inode,
    paths: listPaths(index, namespace),
    id: isKnown(namespace.id) ? namespace.id : undefined,
  });
  if (isKnown(direct) || depth >= deepest) return direct;
  for (const way of [reachByMount, reachByChild]) {
    const found = way(index, namespace, depth);
    if (found && isKnown(found)) return found;
  }
  return direct;
}

function listPaths(index: SnapshotIndex, { type, inode, names, holders }: Namespace): string[] {
  const tasks = index.membersOf(type, inode).flatMap((task) => listLinks(task, type, inode));
  const descriptors = holders.flatMap((holder) =>
    holder.kind === 'fd'
      ? [`/proc/${holder.tid === undefined ? holder.pid : `${holder.pid}/task/${holder.tid}`}/fd/${holder.fd}`]
      : [],
  );
  const { mnt } = index.snapshot.host.vantage.namespaces;
  const mounts = holders.flatMap((holder) =>
    holder.kind === 'bind-mount' && isKnown(holder.path) && holder.mountNamespace === mnt ? [holder.path] : [],
  );
  return [...tasks, ...descriptors, ...names.map(({ path }) => path), ...mounts];
}

function listLinks(task: Process, type: Namespace['type'], inode: number): string[] {
  const directory = task.tid === task.pid ? `/proc/${task.pid}/ns` : `/proc/${task.pid}/task/${task.tid}/ns`;
  return namespaceLinks
    .filter((link) => readLinkType(link) === type && task.namespaces[link] === inode)
    .map((link) => `${directory}/${link}`);
}

/** A bind mount in a mount namespace that is itself to be reached first. */
function reachByMount(
  index: SnapshotIndex,
  { inode, holders }: Namespace,
  depth: number,
): Known<OpenNamespace> | undefined {
  for (const holder of holders) {
    if (holder.kind !== 'bind-mount' || !isKnown(holder.path) || !isKnown(holder.mountNamespace)) continue;
    const around = index.namespace('mnt', holder.mountNamespace);
    const open = around ? reachNamespace(index, around, depth + 1) : unknownFromErrno('ENOENT');
    if (!isKnown(open)) continue;
    const { path } = holder;
    const found = attempt(() => findNamespacesIn(open.fd, [path], true));
    closeNamespace(open);
    for (const one of isKnown(found) ? found : []) {
      if (!isKnown(one) || one.fd === undefined) continue;
      if (one.inode === inode) return identify(one.fd);
      closeDescriptor(one.fd);
    }
  }
  return undefined;
}

/** A child or an owned namespace knows what is above it: ioctl_nsfs(2). */
function reachByChild(
  index: SnapshotIndex,
  { type, inode }: Namespace,
  depth: number,
): Known<OpenNamespace> | undefined {
  for (const below of index.snapshot.namespaces) {
    const isChild = below.type === type && below.parent === inode;
    if (!isChild && !(type === 'user' && below.owner === inode && below.type !== 'user')) continue;
    const open = reachNamespace(index, below, depth + 1);
    if (!isKnown(open)) continue;
    const above = attempt(() => (isChild ? nsGetParent(open.fd) : nsGetUserns(open.fd)));
    closeNamespace(open);
    if (isKnown(above) && above.inode === inode) return above;
    if (isKnown(above)) closeNamespace(above);
  }
  return undefined;
}
