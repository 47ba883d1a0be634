import assert from 'node:assert/strict';
import { test } from 'node:test';
import { privilegedInSharedNamespace } from '../../../src/analysis/rules/privileged-in-shared-namespace.ts';
import type { Security } from '../../../src/model/snapshot/schema.ts';
import { judge, processIn, say, workloadOf } from './judge.ts';

const all = '1ffffffffff';
/** What Docker leaves to a container. */
const usual = 'a80425fb';
const security = (pid: number, effective: string): Security => ({
  ...{ pid, uids: [0, 0, 0, 0], noNewPrivs: false, seccomp: 0, label: 'unconfined' },
  capabilities: { effective, permitted: effective, bounding: effective },
});
const web = workloadOf('web', { pids: [200] });
const own = { mnt: 80, pid: 81, uts: 82, ipc: 83, net: 84, cgroup: 85 };

function judgeOne(inodes: Parameters<typeof processIn>[1], effective: string, workloads = [web]): string[] {
  const conditions = { securities: [security(200, effective)] };
  return say(judge(privilegedInSharedNamespace, [processIn(200, inodes)], { conditions, workloads }));
}

test('The network of the host with capabilities over it is a note, and with what containers have nothing.', () => {
  const { net, ...others } = own;
  assert.ok(net);
  assert.deepEqual(judgeOne(others, '1000'), [
    'note: docker:web has CAP_NET_ADMIN over the host and shares its net namespace',
  ]);
  assert.deepEqual(judgeOne(others, usual), []);
});

test("The host's PIDs with CAP_SYS_PTRACE or CAP_SYS_ADMIN are a warning.", () => {
  const { pid, net, ...others } = own;
  assert.ok(pid && net);
  const [line = ''] = judgeOne(others, all);
  assert.match(line, /^warning: docker:web can take the host over: it has CAP_SYS_ADMIN, CAP_SYS_PTRACE, /);
  assert.match(line, /shares its net, pid namespaces$/);
});

test('A process that entered a container from outside tells nothing of it; one that its engine started there does.', () => {
  const { pid, ...others } = own;
  assert.ok(pid);
  const shim = processIn(50, {});
  const leader = processIn(200, own, { ppid: 50 });
  const conditions = { securities: [security(200, usual), security(300, all)] };
  const workloads = [workloadOf('web', { pids: [200, 300], leader: 200 })];
  const told = (ppid: number) => {
    const facts = [shim, leader, processIn(60, {}), processIn(300, others, { ppid })];
    return say(judge(privilegedInSharedNamespace, facts, { conditions, workloads }));
  };
  assert.deepEqual(told(60), [], 'nsenter, started by a shell');
  for (const ppid of [50, 200]) assert.match(told(ppid)[0] ?? '', /^warning: docker:web can take the host over/);
});

test('Nothing shared, the cgroup namespace alone, a user namespace, and units of systemd are nothing.', () => {
  const { cgroup, ...others } = own;
  assert.ok(cgroup);
  assert.deepEqual(judgeOne(own, all), []);
  assert.deepEqual(judgeOne(others, all), []);
  assert.deepEqual(judgeOne({ user: 99 }, all), []);
  assert.deepEqual(judgeOne({ mnt: 80 }, all, [workloadOf('x', { engine: 'systemd', kind: 'unit', pids: [200] })]), []);
});

test('What no engine made counts in a pid and a mount namespace of its own alone.', () => {
  assert.deepEqual(judgeOne({ pid: 81 }, all, []), []);
  assert.deepEqual(judgeOne({ net: 84 }, all, []), []);
  const [line = ''] = judgeOne({ pid: 81, mnt: 80 }, all, []);
  assert.match(line, /^note: process 200 \(program200\) has CAP_SYS_ADMIN/);
});
