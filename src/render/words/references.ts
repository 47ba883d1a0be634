// The kernel's count of a namespace's references, in words.
import type { HeldBy } from '../../analysis/release/find-holders.ts';
import { type NamespaceReferences, type ReferenceKind, referenceKinds } from '../../model/evidence/references.ts';

/** A sentence. */
export function describeReferences({ verdict, counted, explained, unnamed, unseenUsers }: NamespaceReferences): string {
  const counts = `The kernel counts ${plural(counted, 'reference')} of it`;
  switch (verdict) {
    case 'whole':
      return `${counts}, and ${counted === 1 ? 'it has a name' : 'each has a name'}: ${listExplained(explained)}.`;
    case 'short': {
      const named = listExplained(explained);
      const seen = named === '' ? '' : ` (seen: ${named})`;
      const unseen = unseenUsers
        ? `${plural(unseenUsers, 'more use')} of what has them ${unseenUsers === 1 ? 'is' : 'are'} not explained: calls that wait, such as poll(2), connections that outlive their sockets’ descriptors, or something unseen`
        : '';
      if (!unnamed) return `${counts}${seen}; ${unseen}.`;
      return `${counts}${seen}; nothing seen explains ${unnamed} of them${unseen && `, and ${unseen}`}.`;
    }
    case 'changed':
      return `${counts}; something changed while nscope looked, so that they were not compared with what was seen.`;
    case 'watched':
      return `${counts}; something watches its inode, and how many do is not told, so that they were not compared with what was seen.`;
    case 'not-summed':
      return `${counts}, of which not every one can be named in this type.`;
  }
}

/** The row that is listed with the holders that were seen, where they do not explain all. */
export function rowOfUnnamed({ verdict, unnamed }: NamespaceReferences): HeldBy | undefined {
  if (verdict !== 'short' || !unnamed) return undefined;
  const what = `${plural(unnamed, 'reference')} that nothing seen explains`;
  return { kind: 'kernel', what, release: null, releaseNote: 'what holds it was not seen' };
}

const words: Readonly<Record<ReferenceKind, readonly [string, string]>> = {
  'task-namespaces': ["task's set of namespaces", "tasks' sets of namespaces"],
  inode: ['inode of nsfs', 'inodes of nsfs'],
  socket: ['socket', 'sockets'],
  'proc-file': ['open file of procfs', 'open files of procfs'],
  'cgroup-file': ['open file of cgroupfs', 'open files of cgroupfs'],
  'fs-context': ['file system context', 'file system contexts'],
};

function listExplained(explained: NamespaceReferences['explained']): string {
  return referenceKinds
    .flatMap((kind) => {
      const number = explained[kind];
      return number === undefined ? [] : plural(number, ...words[kind]);
    })
    .join(', ');
}

function plural(number: number, one: string, several = `${one}s`): string {
  return `${number} ${number === 1 ? one : several}`;
}
