// The parent of a pid or user namespace: ioctl_nsfs(2) NS_GET_PARENT.
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import { conclude, type Method, nothing, silentFor } from './finding.ts';
import { isReaderInitial } from './vantage.ts';

export const parent: Method = {
  name: 'parent',
  idea: 'A namespace whose parent the kernel shows is a child; a refusal is no sign, unless the reader is in the initial one, from where all parents can be seen.',
  kernels: 'since 4.9',
  types: ['pid', 'user'],
  judge(evidence, type) {
    const { parent: answer } = evidence.answers[type];
    if (isKnown(answer))
      return conclude('child', 'proof', `parent ${formatNamespace(type, answer)}`, 'the initial one has no parent');
    if (answer.errno !== 'EPERM') return silentFor('NS_GET_PARENT', answer);
    if (isReaderInitial(evidence, type))
      return conclude(
        'initial',
        'proof',
        'EPERM',
        `nscope is in the initial ${type} namespace and would see any parent`,
      );
    return nothing('EPERM', 'the initial one has no parent, and that of a child is refused to who is not above it');
  },
};
