// SELinux: the permission create of the class user_namespace, and those of mounts and capabilities.
import { isKnown } from '../../model/snapshot/known.ts';
import { type Gate, isCapable, makesUser } from './gate.ts';

export const selinux: Gate = {
  name: 'selinux',
  source: 'security/selinux/hooks.c selinux_userns_create(), cred_has_capability()',
  judge(evidence) {
    const { caller, refused, settings } = evidence;
    if (settings.selinux !== 'enforcing' || (refused.errno !== 'EACCES' && refused.errno !== 'EPERM')) return undefined;
    if (refused.errno === 'EPERM' && !makesUser(evidence) && !isCapable(evidence, 'CAP_SYS_ADMIN')) return undefined;
    return {
      // The kernel itself never answers EACCES when a user namespace is made.
      closed: refused.errno === 'EACCES' && makesUser(evidence) && !settings.apparmor,
      evidence: ['/sys/fs/selinux/enforce is 1', `its label is ${isKnown(caller.label) ? caller.label : 'not known'}`],
      meaning: 'the policy of SELinux does not allow it to this domain; each refusal is in the audit log',
      fix: {
        how: 'see what was refused, and allow that permission to that domain alone in a module of policy',
        command: 'ausearch -m avc -ts recent | audit2allow -M local',
      },
    };
  },
};
