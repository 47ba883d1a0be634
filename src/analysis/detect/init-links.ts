// Whether it is the same namespace as that of the host's init.
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { conclude, type Method, nothing, silent, silentFor } from './finding.ts';
import { isProcInitial } from './vantage.ts';

export const initLinks: Method = {
  name: 'init-links',
  idea: 'The links of PID 1 lead to the host’s namespaces, where /proc is that of the initial pid namespace.',
  kernels: 'since 3.8; needs CAP_SYS_PTRACE',
  types: namespaceTypes,
  judge(evidence, type) {
    const own = evidence.links[type];
    if (!isKnown(evidence.init)) return silentFor('PID 1', evidence.init);
    const theirs = evidence.init.links[type];
    if (!isKnown(theirs)) return silentFor('the links of PID 1', theirs);
    if (!isKnown(own)) return silentFor('the link to the namespace', own);
    const read = `PID 1 is in ${formatNamespace(type, theirs)}`;
    const host = isProcInitial(evidence);
    if (host === undefined) return silent(`${read}, and whether it is the host’s init is not known`);
    if (!host) return nothing(read, 'this PID 1 is not the host’s init: what is shared with it says nothing');
    return theirs === own.inode
      ? conclude("host's", 'proof', read, 'it is the same namespace as the host’s init')
      : conclude(
          'child',
          'strong',
          read,
          'it is another namespace than the host’s init, which could have left the first one',
        );
  },
};
