// Which mount namespaces a snapshot has, and what leads to each.
import type { TableQuestion } from '../kernel/mounts/mount-tables.ts';
import { isKnown } from '../model/snapshot/known.ts';
import { namespaceTypeFacts } from '../model/snapshot/namespace-types.ts';
import type { Namespace, Snapshot } from '../model/snapshot/schema.ts';

/** So many processes of each are named: should one live in a chroot, the next is asked. */
const maxPids = 4;

/** What is to be asked of the mounts of each. */
export function listQuestions(snapshot: Snapshot): TableQuestion[] {
  const pids = new Map<number, number[]>();
  for (const { type, inode, processes } of snapshot.namespaces)
    if (type === 'mnt') pids.set(inode, processes.leader === null ? [] : [processes.leader]);
  for (const { tid, state, kernelThread, namespaces } of snapshot.processes) {
    const found = isKnown(namespaces.mnt) ? pids.get(namespaces.mnt) : undefined;
    if (found && !kernelThread && state !== 'Z' && found.length < maxPids && found[0] !== tid) found.push(tid);
  }
  const own = snapshot.host.vantage.namespaces.mnt;
  return snapshot.namespaces
    .filter(({ type }) => type === 'mnt')
    .map((namespace) => ({
      inode: namespace.inode,
      id: isKnown(namespace.id) ? namespace.id : undefined,
      own: namespace.inode === own,
      pids: pids.get(namespace.inode) ?? [],
      mayBeLocked: namespace.owner !== namespaceTypeFacts.user.initialInode,
      paths: listPaths(namespace, own === undefined || !isKnown(own) ? undefined : own),
    }));
}

function listPaths({ names, holders }: Namespace, own: number | undefined): string[] {
  const paths = names.map(({ path }) => path);
  for (const holder of holders)
    if (holder.kind === 'fd') {
      const task = holder.tid === undefined ? `${holder.pid}` : `${holder.pid}/task/${holder.tid}`;
      paths.push(`/proc/${task}/fd/${holder.fd}`);
    } else if (holder.kind === 'bind-mount' && holder.mountNamespace === own && isKnown(holder.path))
      paths.push(holder.path);
  return paths;
}
