// Network namespaces by their directory in /proc: each has its own, whoever looks at it.
import type { Grouping, Signs } from './signs.ts';

/** @see fs/proc/proc_net.c proc_net_ns_init: it makes net and net/stat when a network namespace comes into being */
export function groupByNetDirectory(signs: Signs): Grouping {
  return {
    signOf: (process) => {
      const inode = signs.of(process)?.netStat;
      return inode === undefined ? undefined : { key: String(inode), by: 'net-directory', certainty: 'certain' };
    },
    distinct: 'certain',
  };
}
