// A program that is setuid, and did not get its owner's privileges: newuidmap, a setuid bwrap, chrome-sandbox.
import type { Gate } from './gate.ts';

export const noNewPrivs: Gate = {
  name: 'no-new-privs',
  source: 'fs/exec.c bprm_fill_uid(), security/commoncap.c cap_bprm_creds_from_file()',
  judge({ refused, caller }) {
    if (refused.call !== 'execve' || caller.noNewPrivs !== true) return undefined;
    return {
      closed: true,
      evidence: [
        'NoNewPrivs: 1 in its /proc/PID/status',
        `${refused.target} is setuid, and runs as uid ${caller.euid}`,
      ],
      meaning: 'no_new_privs is set, and passes to all children: no program gains privileges by its file',
      fix: {
        how: 'start it without: docker run without --security-opt no-new-privileges, Kubernetes allowPrivilegeEscalation: true, NoNewPrivileges=no of a unit; or use a sandbox that needs no setuid program',
        command: null,
      },
    };
  },
};
