// Which ways lead to a namespace at this moment, by what events have told: processes in it, names, descriptors.

import type { OpenNamespace } from '../../kernel/nsfs/nsfs.ts';
import { openFound } from '../../kernel/nsfs/open-namespace.ts';
import type { EventNamespace } from '../../model/live/events.ts';
import { keyOf, type LiveState } from '../../model/live/live-state.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';

/** So many processes of each are named. */
const maxPids = 4;

/** Processes in each namespace of a type, by its inode. */
export function listMembers(state: LiveState, type: 'mnt' | 'net'): ReadonlyMap<number, readonly number[]> {
  const at = namespaceTypes.indexOf(type);
  const members = new Map<number, number[]>();
  for (const { tid, links, isZombie } of state.tasks.values()) {
    const inode = links[at] ?? 0;
    if (inode === 0 || isZombie) continue;
    const pids = members.get(inode);
    if (!pids) members.set(inode, [tid]);
    else if (pids.length < maxPids) pids.push(tid);
  }
  return members;
}

/** Paths that lead to it where no process is in it. */
export function listPaths(
  state: LiveState,
  namespace: EventNamespace,
  ownMountNamespace: number | undefined,
): string[] {
  const key = keyOf(namespace);
  const paths = state.namesOf(key).map(({ path }) => path);
  for (const holder of state.holders.get(key)?.values() ?? [])
    if (holder.kind === 'fd') {
      const task = holder.tid === undefined ? `${holder.pid}` : `${holder.pid}/task/${holder.tid}`;
      paths.push(`/proc/${task}/fd/${holder.fd}`);
    } else if (holder.kind === 'bind-mount' && holder.mountNamespace === ownMountNamespace && isKnown(holder.path))
      paths.push(holder.path);
  return paths;
}

/** Opens it by any way. @returns a descriptor, which the caller closes soon: it keeps the namespace alive */
export function openByAnyWay(
  state: LiveState,
  namespace: EventNamespace,
  own: { readonly mnt: number | undefined; readonly net: number | undefined },
): Known<OpenNamespace> {
  const { inode, id } = namespace;
  const type = namespace.type === 'mnt' ? 'mnt' : 'net';
  const isOwn = own[type] === inode;
  const pids = isOwn ? ['self'] : (listMembers(state, type).get(inode) ?? []);
  const paths = [...pids.map((pid) => `/proc/${pid}/ns/${type}`), ...listPaths(state, namespace, own.mnt)];
  return openFound({ type, inode, id: id ?? undefined, paths });
}
