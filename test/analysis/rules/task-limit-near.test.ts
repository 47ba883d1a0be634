import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runRules } from '../../../src/analysis/findings/run-rules.ts';
import { taskLimitNear } from '../../../src/analysis/rules/task-limit-near.ts';
import type { TaskLimit } from '../../../src/model/snapshot/schema.ts';
import { countedHost } from '../limits/counted-host.ts';

function group(current: TaskLimit['current'], max: number, refused?: number, cgroup = '/sys/fs/cgroup/a b'): TaskLimit {
  return {
    what: 'cgroup',
    path: `${cgroup}/pids.max`,
    cgroup,
    current,
    max,
    ...(refused === undefined ? {} : { refused }),
  };
}

function judge(...taskLimits: TaskLimit[]) {
  return runRules(countedHost({ taskLimits }), [taskLimitNear]);
}

test('A full group that refused forks is an error, a nearly full one a warning, one that was full once a note.', () => {
  const limits = [group(100, 100, 7), group(90, 100, 0), group(89, 100, 0), group(5, 100, 7), group(100, 100, 0)];
  assert.deepEqual(
    limits.map((limit) => judge(limit).findings.map(({ severity }) => severity)),
    [['error'], ['warning'], [], ['note'], ['warning']],
  );
});

test('A group that is meant for one process is found only when a fork was refused.', () => {
  assert.deepEqual(judge(group(1, 1, 0), group(1, 1)).findings, []);
  assert.deepEqual(
    judge(group(1, 1, 2)).findings.map(({ severity }) => severity),
    ['error'],
  );
});

test('A unit is raised by systemd, another group by its file, whatever that is called.', () => {
  const { findings } = judge(group(99, 100, 0, '/sys/fs/cgroup/system.slice/web.service'), group(99, 100));
  assert.deepEqual(
    findings.map(({ fixes }) => fixes[0]?.command),
    [
      'systemctl set-property --runtime web.service TasksMax=200',
      `sh -c 'echo "$1" > "$2"' sh 200 '/sys/fs/cgroup/a b/pids.max'`,
    ],
  );
});

test('Limits of the host are compared with all tasks, and what has no count is not decided.', () => {
  const threads = { what: 'threads-max', path: '/proc/sys/kernel/threads-max', current: 95, max: 100 } as const;
  const pids = { what: 'pid-max', path: '/proc/sys/kernel/pid_max', current: 4_194_300, max: 4_194_304 } as const;
  const { findings, undecided } = judge(threads, pids, group({ unknown: 'denied', errno: 'EACCES' }, 100));
  assert.deepEqual(
    findings.map(({ severity, subjects, fixes }) => [severity, subjects[0]?.kind, fixes[0]?.command]),
    [
      ['warning', 'host', 'sysctl -w kernel.threads-max=200'],
      ['warning', 'host', undefined],
    ],
  );
  assert.equal(undecided.length, 1);
});
