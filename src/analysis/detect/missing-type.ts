// A kernel that has no namespaces of a type has one for all.
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { conclude, type Method, nothing, silent } from './finding.ts';

export const missingType: Method = {
  name: 'missing-type',
  idea: 'A kernel without namespaces of a type has no link for it, and all processes are in the same.',
  kernels: 'all',
  types: namespaceTypes,
  judge({ reader }, type) {
    const own = reader[type];
    if (isKnown(own)) return nothing('the link is there', 'the kernel has namespaces of this type');
    if (own.errno !== 'ENOENT' || !Object.values(reader).some(isKnown))
      return silent('the links of nscope itself are not to be read');
    return conclude('initial', 'proof', `no link /proc/self/ns/${type}`, `this kernel has no ${type} namespaces`);
  },
};
