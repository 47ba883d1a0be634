// The inode number of the namespace, where the kernel fixes that of the initial one: include/uapi/linux/nsfs.h.

import { findFixedInode } from '../../model/facts/initial-namespaces.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import {
  formatNamespace,
  namespaceTypeFacts,
  namespaceTypes,
  smallestNamespaceInode,
} from '../../model/snapshot/namespace-types.ts';
import { conclude, type Method, nothing, silent, silentFor } from './finding.ts';
import { firstDynamicInode } from './vantage.ts';

export const fixedInode: Method = {
  name: 'fixed-inode',
  idea: 'The initial namespaces have inode numbers that the kernel’s source fixes, and no other can get them.',
  kernels: 'since 3.8 for cgroup, ipc, pid, time, user and uts; since 6.17 for mnt and net',
  types: namespaceTypes,
  judge({ links, kernel }, type) {
    const link = links[type];
    if (!isKnown(link)) return silentFor('the link to the namespace', link);
    const { inode } = link;
    const read = formatNamespace(type, inode);
    if (inode < smallestNamespaceInode) return silent(`${read}: Linux gives no namespace such a number`);
    const { initialInode, initialInodeSince617 } = namespaceTypeFacts[type];
    if (inode === (initialInode ?? initialInodeSince617))
      return conclude('initial', 'proof', read, 'this number is kept for the initial namespace');
    const fixed = findFixedInode(type, kernel);
    if (fixed === undefined)
      return nothing(read, `Linux ${kernel} does not fix the number of the initial ${type} namespace`);
    if (inode < firstDynamicInode) return silent(`${read}: a number that is kept for another type`);
    return conclude('child', 'proof', read, `the initial one is ${formatNamespace(type, fixed)} on every such kernel`);
  },
};
