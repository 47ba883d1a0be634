// Whether kernel threads are visible. They live in the initial pid namespace alone.
import { isKnown } from '../../model/snapshot/known.ts';
import { conclude, type Method, nothing, silent } from './finding.ts';
import { findKthreadd, isInProcNamespace } from './vantage.ts';

export const kernelThreads: Method = {
  name: 'kernel-threads',
  idea: 'PID 2 of the initial pid namespace is kthreadd, and no other namespace has kernel threads.',
  kernels: 'since 2.6.27; hidepid hides kthreadd from ordinary users',
  types: ['pid'],
  judge(evidence) {
    const { second, proc } = evidence;
    const here = isInProcNamespace(evidence);
    if (here === undefined) return silent('whether it is in the pid namespace of /proc is not known');
    if (!here) return nothing('NSpid has several numbers', 'it is below the pid namespace of /proc');
    if (findKthreadd(evidence))
      return conclude('initial', 'proof', 'PID 2 is kthreadd', 'the kernel’s threads are in the initial one alone');
    if (isKnown(second))
      return conclude('child', 'proof', `PID 2 is ${second.comm}`, 'in the initial one it is always kthreadd');
    if (!isKnown(proc.hidepid))
      return nothing('no PID 2 is visible', 'hidepid may hide it, which is not to be seen here');
    if (proc.hidepid !== '0') return nothing(`no PID 2 is visible, hidepid=${proc.hidepid}`, 'hidepid hides it');
    if (second.errno !== 'ENOENT') return nothing(`PID 2: ${second.errno}`, 'something guards it');
    return conclude(
      'child',
      'strong',
      'there is no PID 2, and hidepid is off',
      'in the initial one there always is one',
    );
  },
};
