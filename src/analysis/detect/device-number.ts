// The claim that the device number of /proc/PID/ns/* is 4 in the initial namespaces, and higher elsewhere.
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { conclude, type Method, silentFor } from './finding.ts';

export const deviceNumber: Method = {
  name: 'device-number',
  idea: 'The device number behind the links is said to be 4 for the initial namespaces and higher for others.',
  kernels: 'none: nsfs is one file system, and its number is the same for all namespaces of a host',
  types: namespaceTypes,
  judge({ links }, type) {
    const link = links[type];
    if (!isKnown(link)) return silentFor('the link to the namespace', link);
    const why = 'all namespaces of a host have the same device number, and which it is depends on the kernel';
    return conclude(link.dev === 4 ? 'initial' : 'child', 'refuted', `device ${link.dev}`, why);
  },
};
