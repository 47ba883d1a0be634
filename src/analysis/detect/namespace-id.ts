// The kernel's 64-bit id of the namespace: ioctl_nsfs(2) NS_GET_ID, and NS_GET_MNTNS_ID before.
import { isKernelSince } from '../../model/names/kernel-release.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { conclude, type Method, nothing, silentFor } from './finding.ts';

/** enum init_ns_id of include/uapi/linux/nsfs.h. */
const initialIds: Readonly<Record<NamespaceType, string>> = {
  ipc: '1',
  uts: '2',
  user: '3',
  pid: '4',
  cgroup: '5',
  time: '6',
  net: '7',
  mnt: '8',
};

/** Mount namespaces were counted by themselves first, from 2 on. */
const firstMountId = '2';

export const namespaceId: Method = {
  name: 'namespace-id',
  idea: 'The 64-bit ids 1 to 8 are kept for the initial namespaces; ids are never used again.',
  kernels: 'since 6.19; mnt was counted by itself from 6.11 to 6.16; on 6.17 and 6.18 ids tell nothing',
  types: namespaceTypes,
  judge({ answers, kernel }, type) {
    const { id } = answers[type];
    if (!isKnown(id)) return silentFor('NS_GET_ID', id);
    const read = `id ${id}`;
    if (isKernelSince(kernel, 6, 19))
      return id === initialIds[type]
        ? conclude('initial', 'proof', read, `this id is kept for the initial ${type} namespace`)
        : conclude('child', 'proof', read, `the initial ${type} namespace has the id ${initialIds[type]}`);
    // A process may be told a release of 2.6 by personality(2), whatever the kernel is.
    if (!isKernelSince(kernel, 6, 11)) return nothing(read, `Linux ${kernel} has no ids, so this is another release`);
    if (type !== 'mnt' || isKernelSince(kernel, 6, 17))
      return nothing(read, 'before 6.19 each processor hands out ids of its own, and the initial ones’ vary');
    return id === firstMountId
      ? conclude(
          'initial',
          'strong',
          read,
          'it is the first that was handed out; nothing promises it to the initial one',
        )
      : conclude('child', 'strong', read, `it is not ${firstMountId}, the first that was handed out`);
  },
};
