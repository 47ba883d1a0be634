// When PID 1 started. The host's init starts with the kernel.
import { isKnown } from '../../model/snapshot/known.ts';
import { conclude, type Method, nothing, silent, silentFor } from './finding.ts';
import { isInProcNamespace, isReaderInitial } from './vantage.ts';

/** Longer than a kernel takes to its first process; start times are counted from the boot. */
const latestStartTicks = 120 * 100;

export const initStart: Method = {
  name: 'init-start',
  idea: 'The host’s init starts within seconds of the kernel, that of a container when the container does.',
  kernels: 'all; since 5.6 a time namespace shifts the times, so that the reader must be in the initial one',
  types: ['pid'],
  judge(evidence) {
    const { init } = evidence;
    if (!isInProcNamespace(evidence)) return silent('it is not known to be in the pid namespace of /proc');
    if (!isKnown(init)) return silentFor('PID 1', init);
    const read = `PID 1 started ${(init.startTimeTicks / 100).toFixed(2)} s after the boot`;
    const shifted = isReaderInitial(evidence, 'time') !== true && isKnown(evidence.reader.time);
    if (shifted) return nothing(read, 'the time namespace of nscope may shift this');
    return init.startTimeTicks > latestStartTicks
      ? conclude('child', 'strong', read, 'a host’s init starts with the kernel')
      : nothing(read, 'a container may have been started early');
  },
};
