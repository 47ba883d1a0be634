// Whatever the command line of an engine's daemon names as its state or its socket, nscope neither waits there, nor connects
// where others than root may answer, nor shows what it leads to.
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { main } from '../../cli/run-nscope.ts';
import { compile } from '../../fixtures/compile.ts';
import { hold } from '../../held-process.ts';
import { missing } from '../../tiers.ts';
import { assertUnharmed, makeRoom, mountSilent, pathIn, plants, runTimed, undoAfter } from './hostile-host.ts';

const skip = missing({ root: true, commands: ['mkfifo', 'mknod', 'setpriv', 'cc'], files: ['/dev/fuse'] });

const verbs = [['workloads'], ['ls', '-o', '+workload']];

/** Compares each verb with what a listing takes at that time, which asks no engine. */
function runAll(what: string): void {
  for (const words of verbs) assertUnharmed(runTimed(words), runTimed(['ls']), `${what}: ${words.join(' ')}`);
}

/** A process that goes by the name of an engine's daemon, which root or another user runs. */
async function pretend(t: TestContext, root: string, name: string, words: readonly string[], before: string[] = []) {
  const program = join(root, name);
  copyFileSync(compile('test/fixtures/idle.c'), program);
  chmodSync(program, 0o755);
  const [command = '', ...rest] = [...before, program, ...words];
  const held = await hold(command, rest);
  undoAfter(t, () => held.end());
}

const id = 'c0ffee'.repeat(11).slice(0, 64);
const shim = ['-namespace', 'moby', '-id', id, '-address', '/run/containerd/containerd.sock'];

for (const name of ['dockerd', 'podman'])
  test(`What root's ${name} names as its socket and its state may be anything, also on a file system that is silent.`, {
    skip,
  }, async (t) => {
    const { root, outside } = makeRoom(t);
    const [socket, config, data] = ['s', 'daemon.json', 'data'].map((file) => join(root, file)) as [
      string,
      string,
      string,
    ];
    const words =
      name === 'dockerd'
        ? ['-H', `unix://${socket}`, '--config-file', config, '--data-root', data]
        : ['system', 'service', `unix://${socket}`];
    await pretend(t, root, name, words);
    await pretend(t, root, 'containerd-shim-runc-v2', shim);
    const state = join(data, 'containers', id, 'config.v2.json');
    for (const [kind, plant] of Object.entries(plants)) {
      for (const path of [socket, config, state]) plant(pathIn(root, path.slice(root.length + 1)), outside);
      runAll(kind);
      for (const path of [socket, config, data]) rmSync(path, { recursive: true, force: true });
    }
    const { silence } = await mountSilent(t, pathIn(root, 'data/containers').replace(/\/containers$/, ''));
    silence();
    runAll('silent state');
  });

test('The socket that a daemon of another user names is not connected to, nor one that this user put in the place of root.', {
  skip,
}, async (t) => {
  const { root } = makeRoom(t);
  chmodSync(join(root, '..'), 0o755);
  let connected = 0;
  const server = createServer((connection) => {
    connected++;
    connection.destroy();
  });
  const socket = join(root, 's');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  undoAfter(t, () => new Promise((resolve) => server.close(resolve)));
  const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  await pretend(t, root, 'dockerd', ['-H', `unix://${socket}`, '--data-root', root], asNobody);
  await pretend(t, root, 'containerd-shim-runc-v2', shim);
  await askAside();
  assert.equal(connected, 0);
  // Of root's daemon, in a directory that everybody may write.
  await pretend(t, root, 'podman', ['system', 'service', `unix://${socket}`]);
  chmodSync(root, 0o777);
  await askAside();
  assert.equal(connected, 0, 'in a directory that everybody may write');
  // That none was reached is due to what was laid, and not to nobody asking.
  chmodSync(root, 0o755);
  await askAside();
  assert.ok(connected > 0, 'nothing was asked at all');
});

/** Runs nscope while this process can answer. */
async function askAside(): Promise<void> {
  const held = await hold('sh', ['-c', `"$@" >/dev/null 2>&1; echo`, 'sh', process.execPath, main, 'workloads']);
  await held.end();
}
