// What setns(2) demands besides a capability in the own user namespace: rights over the namespace that is entered.
import type { Gate } from './gate.ts';

export const setnsRules: Gate = {
  name: 'setns-rules',
  source: 'kernel/nsproxy.c validate_nsset(), the install() of each type',
  judge({ refused, caller }) {
    if (refused.call !== 'setns' || (refused.errno !== 'EPERM' && refused.errno !== 'EINVAL')) return undefined;
    const [type] = refused.types;
    if (refused.errno === 'EINVAL' && type !== 'user' && type !== 'pid') return undefined;
    return {
      closed: false,
      evidence: [
        `CapEff ${caller.effective}`,
        ...(refused.target === undefined ? [] : [`it was to enter ${refused.target}`]),
      ],
      meaning:
        refused.errno === 'EINVAL'
          ? type === 'user'
            ? 'it is in that user namespace already'
            : 'a pid namespace can be entered only from one above it'
          : `it has not got CAP_SYS_ADMIN in the user namespace that ${type === 'user' ? 'it was to enter' : 'owns the namespace'}`,
      fix: {
        how: 'enter the user namespace that owns it first, which only its maker and who is above may do',
        command: refused.target === undefined ? null : `nscope why --enter '${refused.target}'`,
      },
    };
  },
};
