// Real sandboxes and virtual networks: nscope tells who is in them and who is not.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isKnown } from '../../src/model/snapshot/known.ts';
import type { Workload } from '../../src/model/snapshot/schema.ts';
import { runNscope } from '../cli/run-nscope.ts';
import { asNobody } from '../kernel/detect/settings.ts';
import { findCommand, missing } from '../tiers.ts';
import { has, listInside, start, waitFor } from './live-workloads.ts';

for (const [engine, certainty, as, command, words] of [
  [
    'bubblewrap',
    'likely',
    asNobody,
    'bwrap',
    ['--unshare-all', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--die-with-parent'],
  ],
  ['bubblewrap', 'certain', ['env'], 'bwrap', ['--unshare-all', '--bind', '/', '/', '--die-with-parent']],
  ['firejail', 'certain', ['env'], 'firejail', ['--quiet', '--noprofile', '--net=none']],
] as const)
  test(`A sandbox of ${engine} that is ${certainty} is called by its program, and found by the PID of who made it.`, {
    skip: missing({ root: true, commands: [command, 'setpriv'] }),
  }, async (t) => {
    const [program = '', ...rest] = as;
    const pid = start(t, program, [...rest, findCommand(command) ?? command, ...words, 'sleep', '9999']);
    const isIt = ({ id, pids }: Workload) => id === String(pid) && pids.length >= 2;
    const snapshot = await waitFor((all) => all.some(isIt));
    assert.ok(isKnown(snapshot.workloads));
    const workload = snapshot.workloads.find(isIt);
    assert.ok(workload);
    assert.deepEqual([workload.engine, workload.name, workload.certainty], [engine, 'sleep', certainty]);
    assert.deepEqual(workload.pids, listInside(snapshot, workload));
    const { status, stdout } = runNscope(['show', `${engine}:${pid}`]);
    assert.equal(status, 0);
    const doubt =
      /likely, as nothing that only the engine can write was read: it is what user nobody \(uid 65534\) says/;
    if (certainty === 'likely') assert.match(stdout, doubt);
    else assert.doesNotMatch(stdout, /likely/);
  });

test('The sandbox of Chromium holds its zygotes and renderers, and not the browser.', {
  skip: missing({ root: true, commands: ['chromium', 'setpriv'] }),
}, async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'nscope-chromium-'));
  chownSync(home, 65534, 65534);
  const [program = '', ...rest] = asNobody;
  const quiet = ['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
  const words = [
    ...quiet,
    '--headless=new',
    '--disable-sync',
    '--disable-dev-shm-usage',
    `--user-data-dir=${home}/data`,
  ];
  const debugging = ['--remote-debugging-port=0', 'about:blank'];
  start(t, program, [
    ...rest,
    'env',
    `HOME=${home}`,
    `TMPDIR=${home}`,
    findCommand('chromium') ?? '',
    ...words,
    ...debugging,
  ]);
  t.after(() => rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const ownRoot = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(home);
  const isIt = ({ engine, id, pids }: Workload) => engine === 'chromium' && pids.length >= 2 && ownRoot(Number(id));
  const snapshot = await waitFor((all) => all.some(isIt));
  assert.ok(isKnown(snapshot.workloads));
  const workload = snapshot.workloads.find(isIt);
  assert.ok(workload);
  assert.ok(!workload.pids.includes(Number(workload.id)));
  const browser = snapshot.processes.find(({ pid }) => pid === Number(workload.id));
  for (const pid of workload.pids) {
    const process = snapshot.processes.find((one) => one.pid === pid);
    assert.notEqual(process?.namespaces.user, browser?.namespaces.user);
  }
});

test('The hosts of mininet are called by their names, and its switches are none.', {
  skip: missing({ root: true, commands: ['mn', 'brctl', 'ip'] }),
}, async (t) => {
  const mininet = spawn(findCommand('mn') ?? 'mn', ['--switch', 'lxbr', '--controller', 'none', '--topo', 'linear,2'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const ended = new Promise((resolve) => mininet.once('exit', resolve));
  t.after(async () => {
    // It takes its links and bridges away when its input ends.
    mininet.stdin.end();
    await ended;
  });
  const snapshot = await waitFor((all) => has('mininet', 'h1')(all) && has('mininet', 'h2')(all));
  assert.ok(isKnown(snapshot.workloads));
  const own = snapshot.workloads.filter(({ engine }) => engine === 'mininet');
  assert.deepEqual(
    own.map(({ name }) => name),
    ['h1', 'h2'],
  );
  for (const { namespaces, certainty } of own) {
    assert.ok(namespaces.some(({ type }) => type === 'net'));
    assert.equal(certainty, 'certain');
  }
});
