// The first numbers that the kernel hands out, which the initial mnt and net namespaces got before they had fixed ones.
import { isKernelSince } from '../../model/names/kernel-release.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import { conclude, type Method, nothing, silentFor } from './finding.ts';
import { firstDynamicInode } from './vantage.ts';

export const firstInodes: Method = {
  name: 'first-inodes',
  idea: 'Before they had fixed numbers the initial mount namespace got the first dynamic one, later the second, after the initial network namespace.',
  kernels: '3.8 to 6.16 for mnt; 5.19 to 6.16 for net, which was set up late before',
  types: ['mnt', 'net'],
  judge({ links, kernel }, type) {
    const link = links[type];
    if (!isKnown(link)) return silentFor('the link to the namespace', link);
    const read = formatNamespace(type, link.inode);
    if (!isKernelSince(kernel, 3, 8) || isKernelSince(kernel, 6, 17))
      return nothing(read, `Linux ${kernel} does not number them so`);
    // net is set up before the mounts since 5.19: init/main.c, net_ns_init().
    const netIsEarly = isKernelSince(kernel, 5, 19);
    const rank = link.inode - firstDynamicInode;
    if (type === 'net') {
      if (rank === 0) return conclude('initial', 'strong', read, 'it is the first dynamic number; nothing promises it');
      return netIsEarly
        ? conclude(
            'child',
            'strong',
            read,
            'it is not the first dynamic number; nothing promises that to the initial one',
          )
        : nothing(read, 'before 5.19 the number of the initial one depends on the configuration of the kernel');
    }
    if (rank === (netIsEarly ? 1 : 0))
      return conclude(
        'initial',
        'strong',
        read,
        `it is dynamic number ${rank}, as the initial one has; nothing promises it`,
      );
    // A kernel with changes of its vendor may have either of the two.
    if (rank <= 1)
      return nothing(read, 'it is one of the first two dynamic numbers, and not the one that was to be expected');
    return conclude('child', 'strong', read, 'it is neither of the first two dynamic numbers; nothing promises them');
  },
};
