// Any other security module: BPF programs, Smack, Landlock, whatever this kernel has.
import { isKnown } from '../../model/snapshot/known.ts';
import { type Gate, makesUser } from './gate.ts';

/** They refuse no namespaces; AppArmor and SELinux have gates of their own. */
const harmless = [
  'capability',
  'yama',
  'lockdown',
  'loadpin',
  'integrity',
  'ima',
  'evm',
  'safesetid',
  'apparmor',
  'selinux',
];

export const securityModule: Gate = {
  name: 'security-module',
  source: 'security/security.c security_create_user_ns()',
  judge(evidence) {
    const { refused, settings } = evidence;
    if (!makesUser(evidence) || refused.errno !== 'EACCES') return undefined;
    const others = isKnown(settings.modules) ? settings.modules.filter((name) => !harmless.includes(name)) : undefined;
    if (others?.length === 0 || settings.apparmor || settings.selinux === 'enforcing') return undefined;
    return {
      closed: others !== undefined,
      evidence: [others ? `security modules here: ${others.join(', ')}` : 'which security modules run cannot be read'],
      meaning: 'the kernel itself never answers EACCES when a user namespace is made: a security module does',
      fix: { how: 'look into the kernel log and the policy of that module', command: 'dmesg' },
    };
  },
};
