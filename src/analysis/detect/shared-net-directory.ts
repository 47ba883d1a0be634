// Whether the process has the same /proc/PID/net as kthreadd or the host's init. There is one for each network
// namespace.
import { isKnown } from '../../model/snapshot/known.ts';
import { conclude, type Method, silent, silentFor } from './finding.ts';
import { findKthreadd, isProcInitial } from './vantage.ts';

export const sharedNetDirectory: Method = {
  name: 'shared-net-directory',
  idea: 'Each network namespace has one directory /proc/PID/net/stat, whose inode number is the same through each process in it.',
  kernels: 'since 2.6.25, for any user',
  types: ['net'],
  judge(evidence) {
    const { netStat, init } = evidence;
    if (!isKnown(netStat)) return silentFor('net/stat', netStat);
    const kthreadd = findKthreadd(evidence);
    if (kthreadd && isKnown(kthreadd.netStat)) {
      const read = `net/stat is ${netStat}, kthreadd’s ${kthreadd.netStat}`;
      return netStat === kthreadd.netStat
        ? conclude('initial', 'proof', read, 'kthreadd never leaves the initial one')
        : conclude('child', 'proof', read, 'kthreadd never leaves the initial one');
    }
    if (isProcInitial(evidence) !== true) return silent('neither kthreadd nor the host’s init is to be seen');
    if (!isKnown(init)) return silentFor('PID 1', init);
    if (!isKnown(init.netStat)) return silentFor('the net/stat of PID 1', init.netStat);
    const read = `net/stat is ${netStat}, PID 1’s ${init.netStat}`;
    return netStat === init.netStat
      ? conclude("host's", 'proof', read, 'it is the same network namespace as the host’s init')
      : conclude(
          'child',
          'strong',
          read,
          'it is another one than the host’s init, which could have left the first one',
        );
  },
};
