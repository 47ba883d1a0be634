// Whether it is the same namespace as that of kthreadd, the kernel's own PID 2.
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { conclude, type Method, silent, silentFor } from './finding.ts';
import { findKthreadd } from './vantage.ts';

export const kthreaddLinks: Method = {
  name: 'kthreadd-links',
  idea: 'kthreadd, PID 2 of the initial pid namespace, never leaves the namespaces of the boot.',
  kernels: 'since 3.8; needs CAP_SYS_PTRACE, and /proc of the initial pid namespace',
  types: namespaceTypes,
  judge(evidence, type) {
    const kthreadd = findKthreadd(evidence);
    if (!kthreadd) return silent('kthreadd is not visible');
    const [theirs, own] = [kthreadd.links[type], evidence.links[type]];
    if (!isKnown(theirs)) return silentFor('the links of kthreadd', theirs);
    if (!isKnown(own)) return silentFor('the link to the namespace', own);
    const read = `kthreadd is in ${formatNamespace(type, theirs)}`;
    return theirs === own.inode
      ? conclude('initial', 'proof', read, 'it is the same namespace')
      : conclude('child', 'proof', read, 'it is another namespace');
  },
};
