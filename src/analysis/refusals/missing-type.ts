// A type that this kernel does not have: it is older, or was built without.
import { namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import type { Gate } from './gate.ts';

export const missingType: Gate = {
  name: 'missing',
  source: 'kernel/fork.c check_unshare_flags(), kernel/nsproxy.c',
  judge({ refused: { types, errno }, settings }) {
    const lacking = types.filter((type) => !settings.present.includes(type));
    if (errno !== 'EINVAL' || lacking.length === 0) return undefined;
    const since = lacking.map((type) => `${type} namespaces came with Linux ${namespaceTypeFacts[type].since}`);
    return {
      closed: true,
      evidence: lacking.map((type) => `/proc/self/ns/${type} is not there`),
      meaning: `this kernel has no ${lacking.join(', ')} namespaces: it is older, or was built without (${since.join(', ')})`,
      fix: { how: 'boot a kernel that has them', command: null },
    };
  },
};
