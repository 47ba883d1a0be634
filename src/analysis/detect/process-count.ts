// Whether all processes of the host are visible. The link count of /proc counts them all: fs/proc/root.c
// proc_root_getattr().
import { isKnown } from '../../model/snapshot/known.ts';
import { conclude, type Method, nothing, silent, silentFor } from './finding.ts';
import { isInProcNamespace } from './vantage.ts';

/** Processes that may come and go between the two counts. */
const churn = 8;
/** Less than a kernel has threads of its own, all in the initial pid namespace. */
const fewestKernelThreads = 24;

export const processCount: Method = {
  name: 'process-count',
  idea: 'The link count of /proc tells how many processes the whole host has; who sees fewer is in a child, or hidepid hides some.',
  kernels:
    'all that were tried; where the count is too high, as on some, that of the tasks in /proc/loadavg corrects it, unless something lies over that file',
  types: ['pid'],
  judge(evidence) {
    const { visible, total, hidepid } = evidence.proc;
    const here = isInProcNamespace(evidence);
    if (!here) return silent('it is not known to be in the pid namespace of /proc');
    if (!isKnown(visible)) return silentFor('/proc', visible);
    if (!isKnown(total)) return silentFor('the link count of /proc', total);
    const read = `${visible} of ${total} processes are visible`;
    if (total <= fewestKernelThreads) return nothing(read, 'too few to tell');
    if (total - visible <= churn)
      return conclude('initial', 'strong', read, 'all are, the kernel’s threads among them');
    if (total - visible < fewestKernelThreads)
      return nothing(read, 'the difference may be processes that came and went');
    return isKnown(hidepid) && hidepid === '0'
      ? conclude('child', 'hint', read, 'the rest is outside, unless the count is too high, as it was on some hosts')
      : nothing(read, 'hidepid may hide the rest');
  },
};
