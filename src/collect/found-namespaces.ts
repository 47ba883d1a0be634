// Which namespaces have been named so far, and how each can be reached: what one source needs of those before it.
import type { Fact } from '../model/facts.ts';
import { isKnown } from '../model/known.ts';
import { type NamespaceLink, type NamespaceType, namespaceLinks, readLinkType } from '../model/namespace-types.ts';
import { isOlder, type TaskGroups } from '../model/tasks-of-namespaces.ts';
import type { FoundNamespace } from '../sources/index.ts';

interface Entry {
  readonly type: NamespaceType;
  readonly inode: number;
  readonly paths: string[];
  readonly members: Map<NamespaceLink, number>;
  oldest: number | undefined;
}

/** More ways than this to one namespace are not kept. */
const mostPaths = 6;

/** Looks through the facts anew at each call, since every source adds some; sets of namespaces are few. */
export function findNamespaces(facts: readonly Fact[], tasks: TaskGroups): FoundNamespace[] {
  const entries = new Map<string, Entry & { oldestTask?: Parameters<typeof isOlder>[0] }>();
  const enter = (type: NamespaceType, inode: number) => {
    const key = `${type}${inode}`;
    let entry = entries.get(key);
    if (!entry) {
      entry = { type, inode, paths: [], members: new Map(), oldest: undefined };
      entries.set(key, entry);
    }
    return entry;
  };
  for (const [namespaces, group] of tasks.groups) {
    for (const link of namespaceLinks) {
      const inode = namespaces[link];
      if (!isKnown(inode)) continue;
      const entry = enter(readLinkType(link), inode);
      for (const { pid, tid } of group.some) {
        if (entry.paths.length >= mostPaths) break;
        entry.paths.push(tid === pid ? `/proc/${pid}/ns/${link}` : `/proc/${pid}/task/${tid}/ns/${link}`);
      }
      const member = group.some.find((task) => task.tid === task.pid);
      if (member && !entry.members.has(link)) entry.members.set(link, member.pid);
      if (link === entry.type && (!entry.oldestTask || isOlder(group.oldest, entry.oldestTask))) {
        entry.oldestTask = group.oldest;
        entry.oldest = group.oldest.tid;
      }
    }
  }
  for (const fact of facts) {
    if (fact.fact === 'name') enter(fact.type, fact.inode).paths.push(fact.name.path);
    else if (fact.fact === 'namespace') enter(fact.type, fact.inode);
  }
  return [...entries.values()];
}
