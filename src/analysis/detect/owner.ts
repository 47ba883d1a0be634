// The user namespace that owns the namespace: ioctl_nsfs(2) NS_GET_USERNS.
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace, namespaceTypeFacts, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { conclude, type Method, nothing, silentFor } from './finding.ts';
import { isReaderInitial } from './vantage.ts';

const initialUser = namespaceTypeFacts.user.initialInode;

export const owner: Method = {
  name: 'owner',
  idea: 'The initial namespaces belong to the initial user namespace; one that belongs to another is a child.',
  kernels: 'since 4.9',
  types: namespaceTypes,
  judge(evidence, type) {
    const { owner: answer } = evidence.answers[type];
    if (isKnown(answer)) {
      const read = `owner ${formatNamespace('user', answer)}`;
      if (answer !== initialUser)
        return conclude('child', 'proof', read, 'the initial one belongs to the initial user namespace');
      return type === 'user'
        ? conclude('child', 'proof', read, 'the initial user namespace has no owner')
        : nothing(read, 'children that root made belong to the initial user namespace too');
    }
    if (answer.errno !== 'EPERM') return silentFor('NS_GET_USERNS', answer);
    if (type === 'user' && isReaderInitial(evidence, 'user'))
      return conclude('initial', 'proof', 'EPERM', 'nscope is in the initial user namespace and would see any owner');
    return nothing('EPERM', 'the owner lies outside the user namespace of nscope');
  },
};
