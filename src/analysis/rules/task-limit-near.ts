// Control groups, and hosts, that have nearly as many tasks as they may: pids.max of cgroups(7), proc_sys_kernel(5).
import { isKnown } from '../../model/snapshot/known.ts';
import type { TaskLimit } from '../../model/snapshot/schema.ts';
import type { Fix, Severity } from '../findings/finding.ts';
import type { Rule } from '../findings/rule.ts';
import { formatCommand } from '../release/shell-words.ts';

const near = 0.9;

/** Smaller limits are meant to be filled: a service of one process. Only a fork that was refused says more. */
const small = 10;

/** PID_MAX_LIMIT and MAX_THREADS of 64-bit kernels. */
const largestPidMax = 4_194_304;

export const taskLimitNear: Rule<'taskLimits'> = {
  code: 'task-limit-near',
  severity: 'error',
  title: 'nearly as many tasks as there may be',
  means:
    'When the limit is reached, fork and clone fail with EAGAIN, "Resource temporarily unavailable": nothing more can be started there, not even a shell to look.',
  needs: ['taskLimits'],
  find({ conditions, index, snapshot }, report) {
    const { pid } = snapshot.host.vantage.namespaces;
    const isOutermost = isKnown(pid) && index.namespace('pid', pid)?.initial === true;
    for (const limit of conditions.taskLimits) {
      const { what, path, current, max } = limit;
      if (!isKnown(current)) {
        report.undecided(`how many tasks ${path} counts is not known`);
        continue;
      }
      // From Linux 6.14 each pid namespace has one, and how many tasks are below it is not shown.
      if (what === 'pid-max' && !isOutermost) continue;
      const severity = judge(current, limit);
      if (severity === undefined) continue;
      const where = what === 'cgroup' ? `the control group ${limit.cgroup ?? path}` : 'this host';
      report.add({
        severity,
        subjects: [what === 'cgroup' ? { kind: 'path', path } : { kind: 'host' }],
        says: isFull(current, max)
          ? `${where} has ${current} tasks of at most ${max}`
          : `${where} was at its limit of tasks, and has ${current} of at most ${max} now`,
        seen: [
          `${path}: ${max}; now: ${current}`,
          ...(limit.refused === undefined ? [] : [`forks that were refused so far: ${limit.refused}`]),
        ],
        fixes: [raise(limit)],
      });
    }
  },
};

function isFull(current: number, max: number): boolean {
  return current >= near * max;
}

function judge(current: number, { max, refused = 0 }: TaskLimit): Severity | undefined {
  if (!isFull(current, max)) return refused > 0 ? 'note' : undefined;
  if (current >= max && refused > 0) return 'error';
  return max >= small || refused > 0 ? 'warning' : undefined;
}

function raise({ what, path, cgroup = '', max }: TaskLimit): Fix {
  const text = 'raise the limit, or end tasks';
  const wanted = String(2 * max);
  if (what === 'threads-max') return { text, command: formatCommand(['sysctl', '-w', `kernel.threads-max=${wanted}`]) };
  if (what === 'pid-max')
    return max >= largestPidMax
      ? { text: 'end tasks: the limit cannot be raised' }
      : { text, command: formatCommand(['sysctl', '-w', `kernel.pid_max=${Math.min(largestPidMax, 2 * max)}`]) };
  const unit = /\/([^/]+\.(?:service|scope|slice))$/.exec(cgroup)?.[1];
  const words = unit
    ? ['systemctl', 'set-property', '--runtime', unit, `TasksMax=${wanted}`]
    : ['sh', '-c', 'echo "$1" > "$2"', 'sh', wanted, path];
  return { text, command: formatCommand(words) };
}
