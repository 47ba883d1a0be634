// A setuid program gets no privileges while a process follows it that may not follow privileged ones: nscope itself.
import type { Gate } from './gate.ts';

export const observer: Gate = {
  name: 'observer',
  source: 'security/commoncap.c cap_bprm_creds_from_file(): LSM_UNSAFE_PTRACE',
  judge({ refused, caller, trials }) {
    if (refused.call !== 'execve' || caller.noNewPrivs === true || trials.observer !== true) return undefined;
    return {
      // A mount with nosuid does the same.
      closed: false,
      evidence: [
        `${refused.target} is setuid, and runs as uid ${caller.euid}`,
        'nscope follows it without CAP_SYS_PTRACE',
      ],
      meaning:
        'it has no privileges because it is observed; what it was refused for that reason is not refused otherwise',
      fix: {
        how: 'observe the command as root, which runs it as that user',
        command: 'sudo nscope why -- setpriv --reuid=USER --regid=USER --init-groups COMMAND',
      },
    };
  },
};
