// Which namespaces have been named so far, and how each can be reached: what one source needs of those before it.
import type { Fact, ProcessFact } from '../model/facts.ts';
import { isKnown } from '../model/known.ts';
import {
  formatNamespace,
  type NamespaceLink,
  type NamespaceType,
  namespaceLinks,
  readLinkType,
} from '../model/namespace-types.ts';
import { isOlder, type TaskGroup, type TaskGroups } from '../model/tasks-of-namespaces.ts';
import type { FoundNamespace } from '../sources/index.ts';

interface Entry extends FoundNamespace {
  readonly paths: string[];
  readonly members: Map<NamespaceLink, number>;
  oldest: number | undefined;
  oldestTask: ProcessFact | undefined;
  id: string | undefined;
  described: boolean;
}

/** More ways than this to one namespace are not kept. */
const mostPaths = 6;

/**
 * Looks through the facts anew at each call, since every source adds some; sets of namespaces are few.
 * @param kept - paths of descriptors that the collector keeps open, by the namespace's display form
 */
export function findNamespaces(
  facts: readonly Fact[],
  tasks: TaskGroups,
  kept: ReadonlyMap<string, string>,
): FoundNamespace[] {
  const entries = new Map<string, Entry>();
  const enter = (type: NamespaceType, inode: number): Entry => {
    const key = formatNamespace(type, inode);
    let entry = entries.get(key);
    if (!entry) {
      const path = kept.get(key);
      const paths = path === undefined ? [] : [path];
      const unknown = { oldest: undefined, oldestTask: undefined, id: undefined, described: false };
      entry = { type, inode, paths, members: new Map(), ...unknown };
      entries.set(key, entry);
    }
    return entry;
  };
  for (const [namespaces, group] of tasks.groups)
    for (const link of namespaceLinks) {
      const inode = namespaces[link];
      if (isKnown(inode)) addTasks(enter(readLinkType(link), inode), link, group);
    }
  for (const fact of facts) {
    if (fact.fact === 'name') addPath(enter(fact.type, fact.inode), fact.name.path);
    else if (fact.fact === 'namespace') {
      const entry = enter(fact.type, fact.inode);
      if (fact.id !== undefined && isKnown(fact.id)) entry.id = fact.id;
      if (fact.id !== undefined && fact.owner !== undefined) entry.described = true;
      if (typeof fact.owner === 'number') enter('user', fact.owner);
      if (typeof fact.parent === 'number') enter(fact.type, fact.parent);
    } else if (fact.fact === 'holder') {
      const entry = enter(fact.type, fact.inode);
      const { holder } = fact;
      if (holder.kind === 'fd') addPath(entry, `/proc/${describeOwner(holder)}/fd/${holder.fd}`);
    }
  }
  return [...entries.values()];
}

function addTasks(entry: Entry, link: NamespaceLink, group: TaskGroup): void {
  for (const { pid, tid } of group.some) {
    // Hundreds of groups may share a namespace: no path is put together that would not be kept.
    if (entry.paths.length >= mostPaths) break;
    entry.paths.push(tid === pid ? `/proc/${pid}/ns/${link}` : `/proc/${pid}/task/${tid}/ns/${link}`);
  }
  if (!entry.members.has(link)) {
    const member = group.some.find((task) => task.tid === task.pid);
    if (member) entry.members.set(link, member.pid);
  }
  if (link === entry.type && (!entry.oldestTask || isOlder(group.oldest, entry.oldestTask))) {
    entry.oldestTask = group.oldest;
    entry.oldest = group.oldest.tid;
  }
}

function addPath(entry: Entry, path: string): void {
  if (entry.paths.length < mostPaths) entry.paths.push(path);
}

function describeOwner({ pid, tid }: { readonly pid: number; readonly tid?: number | undefined }): string {
  return tid === undefined ? String(pid) : `${pid}/task/${tid}`;
}
