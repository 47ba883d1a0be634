// Limits that are reached for good: what the rules find, and that what they print puts it right.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Finding } from '../../src/analysis/findings/finding.ts';
import { runRules } from '../../src/analysis/findings/run-rules.ts';
import { namespaceLimitNear } from '../../src/analysis/rules/namespace-limit-near.ts';
import { taskLimitNear } from '../../src/analysis/rules/task-limit-near.ts';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { readBpfCounts } from '../../src/kernel/bpf/run.ts';
import { main } from '../cli/run-nscope.ts';
import { type Held, hold, readChildren, readLinksOf } from '../held-process.ts';
import { missing } from '../tiers.ts';

const needs = missing({ root: true, commands: ['unshare', 'nsenter', 'dash'] });

const noCounts =
  'refused' in readBpfCounts() ? "needs the kernel's counts of namespaces: Linux 6.1 with BPF" : (false as const);

/** Runs a command as it was printed. */
function obey(command: string | undefined): void {
  assert.ok(command !== undefined);
  const script = `nscope() { '${process.execPath}' '${main}' "$@"; }\n${command}`;
  const { status, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8', timeout: 60_000 });
  assert.equal(status, 0, `${command}: ${stderr}`);
}

function tryUts({ pid }: Held): string {
  const words = ['-U', '--preserve-credentials', '-t', String(pid), 'unshare', '-u', 'true'];
  const { status, stderr } = spawnSync('nsenter', words, { encoding: 'utf8' });
  return status === 0 ? 'made' : stderr;
}

async function holdLimit(t: TestContext): Promise<Held> {
  const script =
    'echo 3 > /proc/sys/user/max_uts_namespaces; for i in 1 2 3; do unshare -u sleep 600 & done; echo ready; wait';
  const held = await hold('unshare', ['-U', '-r', 'sh', '-c', script]);
  t.after(() => held.end());
  const isThere = () =>
    readChildren(held.pid).filter((pid) => readLinksOf(pid).uts !== readLinksOf(held.pid).uts).length === 3;
  for (const deadline = Date.now() + 20_000; !isThere(); ) {
    assert.ok(Date.now() < deadline);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return held;
}

test('A limit that is reached is found, and what raises it lets one more be made.', {
  skip: needs || noCounts,
}, async (t) => {
  const held = await holdLimit(t);
  const { user } = readLinksOf(held.pid);
  const find = () =>
    runRules(collectSnapshot(), [namespaceLimitNear]).findings.find(({ subjects }) =>
      subjects.some((subject) => subject.kind === 'namespace' && subject.inode === user),
    );
  assert.match(tryUts(held), /No space left on device/);
  const finding = find();
  assert.equal(finding?.severity, 'error');
  assert.equal(finding?.says, `root has 3 of at most 3 uts namespaces in user:[${user}]`);
  obey(finding?.fixes[0]?.command);
  assert.equal(tryUts(held), 'made');
  assert.equal(find(), undefined);
});

test('nscope quota says which limit an unshare of a process hits, and that none does once it is raised.', {
  skip: needs || noCounts,
}, async (t) => {
  const held = await holdLimit(t);
  const ask = () =>
    spawnSync(process.execPath, [main, 'quota', String(held.pid), '--type', 'uts', '-n'], { encoding: 'utf8' });
  const full = ask();
  assert.equal(full.status, 1, full.stderr);
  const { user } = readLinksOf(held.pid);
  assert.match(full.stdout, new RegExp(`^uts +0 +${user} +root +3 +3 +0 +yes$`, 'm'));
  assert.match(full.stdout, /^uts +1 +initial +root +\d+ +\d+ +\d+ +-$/m);
  assert.match(full.stdout, /can make no uts namespace \(ENOSPC\): root has 3 of 3 in user:/);
  const words = ['-U', '--preserve-credentials', '-t', String(held.pid)];
  spawnSync('nsenter', [...words, 'sh', '-c', 'echo 4 > /proc/sys/user/max_uts_namespaces']);
  const free = ask();
  assert.equal(free.status, 0, free.stderr);
  assert.match(free.stdout, /closest: 1 more uts namespace: root has 3 of 4 in user:/);
});

/** A directory of the controller pids in which a group can be made. */
function findPidsRoot(): string | undefined {
  const unified = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find(
    (path) =>
      existsSync(`${path}/cgroup.subtree_control`) &&
      readFileSync(`${path}/cgroup.subtree_control`, 'latin1').split(/\s/).includes('pids'),
  );
  return existsSync('/sys/fs/cgroup/pids/cgroup.procs') ? '/sys/fs/cgroup/pids' : unified;
}
const pids = findPidsRoot();

test('A control group that refuses forks is found, and what raises its limit leaves a note of the past.', {
  skip: needs || (pids === undefined && 'needs the controller pids of control groups'),
}, async (t) => {
  const group = join(pids ?? '', `nscope test ${process.pid}`);
  mkdirSync(group);
  let held: Held | undefined;
  t.after(async () => {
    const members = readFileSync(`${group}/cgroup.procs`, 'latin1').split('\n').filter(Boolean).map(Number);
    for (const pid of members) process.kill(pid, 'SIGKILL');
    await held?.end();
    for (const deadline = Date.now() + 10_000; Date.now() < deadline; await new Promise((r) => setTimeout(r, 50)))
      try {
        return rmdirSync(group);
      } catch {
        // Its processes have not ended yet.
      }
  });
  writeFileSync(`${group}/pids.max`, '12');
  const script =
    'echo $$ > "$1/cgroup.procs"; i=0; while [ $i -lt 11 ]; do sleep 600 & i=$((i+1)); done; echo ready; wait';
  held = await hold('sh', ['-c', script, 'sh', group]);
  // Who is moved into a full group may be there, and not fork.
  const refused = spawnSync('dash', ['-c', 'echo $$ > "$1/cgroup.procs"; (:)', 'dash', group], { encoding: 'utf8' });
  assert.match(refused.stderr, /Cannot fork/);
  const find = (): Finding | undefined =>
    runRules(collectSnapshot({ bpf: false }), [taskLimitNear]).findings.find(({ subjects: [first] }) =>
      first?.kind === 'path' ? first.path === `${group}/pids.max` : false,
    );
  const finding = find();
  assert.equal(finding?.says, `the control group ${group} has 12 tasks of at most 12`);
  assert.equal(finding?.severity, 'error');
  obey(finding?.fixes[0]?.command);
  assert.equal(readFileSync(`${group}/pids.max`, 'latin1').trim(), '24');
  assert.equal(find()?.severity, 'note');
});

test('Two users with the same subordinate ids are found in the files that are there.', { skip: needs }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'subuid-'));
  try {
    cpSync('/etc/passwd', join(folder, 'passwd'));
    writeFileSync(
      join(folder, 'passwd'),
      `${readFileSync('/etc/passwd', 'latin1')}al:x:7001:7001::/:/bin/sh\nbo:x:7002:7002::/:/bin/sh\n`,
    );
    const doctor = (subuid: string) => {
      writeFileSync(join(folder, 'subuid'), subuid);
      const script = 'mount --bind "$1" /etc && shift && exec "$@"';
      const command = [process.execPath, main, 'doctor', '--only', 'subordinate-ids-exhausted', '--json'];
      const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', folder, ...command], {
        encoding: 'utf8',
      });
      assert.notEqual(stdout, '', stderr);
      return (JSON.parse(stdout) as { findings: Finding[] }).findings.map(({ severity, says }) => [severity, says]);
    };
    assert.deepEqual(doctor('al:100000:65536\nbo:100001:65536\n'), [
      ['warning', '/etc/subuid gives al and bo the same ids'],
    ]);
    assert.deepEqual(doctor('al:100000:65536\nbo:165536:65536\n'), []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
