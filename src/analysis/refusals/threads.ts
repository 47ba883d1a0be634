// A user namespace is made or entered by a process with one thread alone.
import { isKnown } from '../../model/snapshot/known.ts';
import type { Gate } from './gate.ts';

export const threads: Gate = {
  name: 'threads',
  source: 'kernel/fork.c check_unshare_flags(), kernel/user_namespace.c userns_install()',
  judge({ refused, caller }) {
    const isOne = refused.call === 'unshare' || refused.call === 'setns';
    if (!isOne || refused.errno !== 'EINVAL' || !refused.types.includes('user')) return undefined;
    if (!isKnown(caller.threads) || caller.threads === 1) return undefined;
    return {
      closed: true,
      evidence: [`it has ${caller.threads} threads`],
      meaning: `${refused.call} is refused to a process with several threads where it is about user namespaces`,
      fix: { how: 'do it in a child, before it starts threads', command: null },
    };
  },
};
