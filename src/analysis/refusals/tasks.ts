// How many tasks there may be: of a control group (pids.max), of a user (RLIMIT_NPROC), of the host. A call that makes a
// namespace with a child, as clone(2), needs one more.
import { type Gate, isMaking } from './gate.ts';

export const tasks: Gate = {
  name: 'tasks',
  source: 'kernel/cgroup/pids.c pids_can_fork(), kernel/fork.c copy_process()',
  judge({ refused, trials: { taskLimits = [] } }) {
    if (refused.errno !== 'EAGAIN' || !isMaking(refused.call)) return undefined;
    const full = taskLimits.filter(({ current, max }) => current >= max);
    const [first] = full;
    return {
      closed: first !== undefined,
      evidence: (first ? full : taskLimits).map(({ path, current, max }) => `${path} is ${max}; now: ${current}`),
      meaning: first
        ? 'the control group has as many tasks as it may have, so that no child can be made'
        : 'no child can be made: the user has as many tasks as RLIMIT_NPROC allows, or the host as many as kernel.threads-max or kernel.pid_max',
      fix: {
        how: first
          ? 'end tasks of that control group, or let who made it raise the limit'
          : 'end tasks of that user, or raise the limit',
        command: first ? 'nscope doctor --only task-limit-near' : 'ulimit -u',
      },
    };
  },
};
