// How many PIDs the process has: NSpid of proc_pid_status(5).
import { isKnown } from '../../model/snapshot/known.ts';
import { conclude, type Method, nothing, silentFor } from './finding.ts';

export const nestedPids: Method = {
  name: 'nested-pids',
  idea: 'A process has one PID in each pid namespace from that of /proc to its own.',
  kernels: 'since 4.1',
  types: ['pid'],
  judge({ pids }) {
    if (!isKnown(pids)) return silentFor('NSpid', pids);
    const read = `NSpid ${pids.join(' ')}`;
    return pids.length > 1
      ? conclude('child', 'proof', read, 'it is in a pid namespace below that of /proc')
      : nothing(read, 'it is in the pid namespace of /proc, and that may be a child');
  },
};
