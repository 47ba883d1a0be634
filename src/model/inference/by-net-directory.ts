// Network namespaces by their directory in /proc: each has its own, whoever looks at it.
import { isKernelSince } from '../names/kernel-release.ts';
import type { Grouping, Signs } from './signs.ts';

/**
 * The directory gets its inode number right after the namespace has got its own, from the same source, which gives out the
 * lowest that is free: mostly the next one, from Linux 6.1 on.
 * @see fs/proc/proc_net.c proc_net_ns_init: it makes net and net/stat when a network namespace comes into being
 */
export function groupByNetDirectory(signs: Signs): Grouping {
  const isNext = isKernelSince(signs.kernel, 6, 1);
  return {
    signOf: (process) => {
      const inode = signs.of(process)?.netStat;
      return inode === undefined ? undefined : { key: String(inode), by: 'net-directory', certainty: 'certain' };
    },
    distinct: 'certain',
    guessInode: (key, withoutSigns) => (isNext && withoutSigns.has(Number(key) - 1) ? Number(key) - 1 : undefined),
  };
}
