// The name of PID 1.
import { isKnown } from '../../model/snapshot/known.ts';
import { conclude, type Method, silent, silentFor } from './finding.ts';
import { isInProcNamespace } from './vantage.ts';

const inits = new Set([
  'systemd',
  'init',
  'openrc-init',
  'runit',
  'runit-init',
  's6-svscan',
  'dinit',
  'procd',
  'finit',
]);

export const initCommand: Method = {
  name: 'init-command',
  idea: 'The host’s PID 1 is an init by its name, that of a container mostly what the container is for.',
  kernels: 'all',
  types: ['pid'],
  judge(evidence) {
    const { init } = evidence;
    if (!isInProcNamespace(evidence)) return silent('it is not known to be in the pid namespace of /proc');
    if (!isKnown(init)) return silentFor('PID 1', init);
    const read = `PID 1 is called ${init.comm}`;
    return inits.has(init.comm)
      ? conclude('initial', 'hint', read, 'a container may run an init as well')
      : conclude('child', 'hint', read, 'a host may boot into anything');
  },
};
