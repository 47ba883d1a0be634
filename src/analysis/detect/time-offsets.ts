// What the time namespace adds to the clocks: time_namespaces(7).
import { isKnown } from '../../model/snapshot/known.ts';
import { conclude, type Method, nothing, silentFor } from './finding.ts';

export const timeOffsets: Method = {
  name: 'time-offsets',
  idea: 'The initial time namespace adds nothing to the clocks.',
  kernels: 'since 5.6; the file tells of the namespace that children will be in',
  types: ['time'],
  judge({ timeOffsets: offsets, links }) {
    if (!isKnown(offsets)) return silentFor('timens_offsets', offsets);
    const { monotonic, boottime } = offsets;
    const read = `monotonic ${monotonic.seconds} s, boottime ${boottime.seconds} s`;
    if ([monotonic, boottime].every(({ seconds, nanoseconds }) => seconds === 0 && nanoseconds === 0))
      return nothing(read, 'a child may add nothing as well');
    const [own, children] = [links.time, links.time_for_children];
    if (!isKnown(own) || !isKnown(children))
      return conclude('child', 'strong', read, 'unless it has made a time namespace for its children alone');
    return own.inode === children.inode
      ? conclude('child', 'proof', read, 'the initial one adds nothing')
      : nothing(read, 'these are of another namespace, which its children will be in');
  },
};
