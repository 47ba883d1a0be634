// The claim that the initial network namespace has the inode number after that of /proc/net/stat.
import { isKernelSince } from '../../model/names/kernel-release.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { conclude, type Method, silentFor } from './finding.ts';

export const netStatPlusOne: Method = {
  name: 'net-stat-plus-one',
  idea: 'The number of the initial network namespace is said to be that of /proc/net/stat plus one.',
  kernels: 'none: before 5.19 it is so in every network namespace, since then in none',
  types: ['net'],
  judge({ netStat, links: { net }, kernel }) {
    if (!isKnown(netStat)) return silentFor('net/stat', netStat);
    if (!isKnown(net)) return silentFor('the link to the namespace', net);
    const why = isKernelSince(kernel, 5, 19)
      ? 'the number of the initial one is given out before /proc exists'
      : 'a directory is made for every network namespace just before its number';
    const read = `net/stat is ${netStat}, the namespace ${net.inode}`;
    return conclude(net.inode === netStat + 1 ? 'initial' : 'child', 'refuted', read, why);
  },
};
