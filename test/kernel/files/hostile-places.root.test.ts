// Whatever a user lays where nscope looks as root, no verb hangs, reads without end, or shows a byte of somebody else's.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compile } from '../../fixtures/compile.ts';
import { hold } from '../../held-process.ts';
import { missing } from '../../tiers.ts';
import {
  assertUnharmed,
  holdIn,
  makeRoom,
  mountSilent,
  pathIn,
  plants,
  type Run,
  runs,
  runTimed,
  secret,
  undoAfter,
} from './hostile-host.ts';

const skip = missing({ root: true, commands: ['unshare', 'setpriv', 'mkfifo', 'mknod', 'cc'], files: ['/dev/fuse'] });

/** Where `detect PID` looks below the root of the process. */
const traceFiles = ['.dockerenv', 'run/.containerenv', 'run/systemd/container', 'run/host/container-manager'];
let measured: Run | undefined;
/** What the command takes where nobody laid anything. */
function usual(): Run {
  measured ??= runTimed(['detect', String(process.pid), '--explain']);
  return measured;
}

for (const [kind, plant] of Object.entries(plants))
  test(`detect of a process that has laid a ${kind} in each place of a trace neither waits nor shows it.`, {
    skip,
  }, async (t) => {
    const { root, outside } = makeRoom(t);
    for (const file of traceFiles) plant(pathIn(root, file), outside);
    const { pid } = await holdIn(t, root);
    for (const form of ['--explain', '--json']) {
      const run = runTimed(['detect', String(pid), form]);
      assertUnharmed(run, usual(), `${kind} ${form}`);
      assert.ok(!/container(-manager)? says/.test(run.output));
      // Of the first two it is enough that they are plain files: nothing in them is read.
      for (const file of traceFiles.slice(kind === 'sparse file' ? 2 : 0))
        assert.ok(run.output.includes(`refused: /proc/${pid}/root/${file} is`), file);
    }
  });

test('A trace is still read where it is a plain file, also through links within the root.', { skip }, async (t) => {
  const { root } = makeRoom(t);
  writeFileSync(pathIn(root, 'var/run/systemd/container'), 'lxc\n');
  runs('ln', '-s', '/var/run', join(root, 'run'));
  const { pid } = await holdIn(t, root);
  assert.match(
    runTimed(['detect', String(pid), '--explain']).output,
    /engine-traces +\/run\/systemd\/container says lxc,/,
  );
});

test('What a user has mounted over a trace in his own user namespace is not shown to root.', { skip }, async (t) => {
  const { root, outside } = makeRoom(t);
  const file = pathIn(root, 'run/systemd/container');
  writeFileSync(file, '');
  runs('chmod', '-R', 'a+rX', join(root, '..'));
  runs('chmod', '600', outside);
  const idle = compile('test/fixtures/idle.c');
  const copy = join(root, 'idle');
  copyFileSync(idle, copy);
  const script = `mount --bind "$1" "$2" && exec "$3" --root "$4"`;
  const words = ['--reuid=65534', '--regid=65534', '--clear-groups', 'unshare', '-Urm', 'sh', '-c', script, 'sh'];
  const held = await hold('setpriv', [...words, outside, file, copy, root]);
  undoAfter(t, () => held.end());
  for (const form of ['--explain', '--json']) {
    const run = runTimed(['detect', String(held.pid), form]);
    assertUnharmed(run, usual(), form);
    assert.match(run.output, /refused: \S+ belongs to uid 0/);
  }
});

test('A root that lies on a file system that does not answer is given up, and said to be.', { skip }, async (t) => {
  const { root } = makeRoom(t);
  const { silence } = await mountSilent(t, root);
  const { pid } = await holdIn(t, root);
  assert.match(runTimed(['detect', String(pid), '--explain']).output, /engine-traces/);
  silence();
  for (const words of [
    ['detect', String(pid), '--explain'],
    ['detect', String(pid), '--json'],
    ['show', String(pid)],
  ])
    assertUnharmed(runTimed(words), usual(), words.join(' '));
  assert.match(
    runTimed(['detect', String(pid), '--explain']).output,
    new RegExp(`timed out: the file system of /proc/${pid}/root \\(device 0:\\d+\\) does not answer`),
  );
});

test('show of a pid namespace gives up a /proc of its init that does not answer, and believes none that is no procfs.', {
  skip,
}, async (t) => {
  const { root, outside } = makeRoom(t);
  const proc = pathIn(root, 'proc');
  mkdirSync(proc);
  const idle = join(root, 'idle');
  copyFileSync(compile('test/fixtures/idle.c'), idle);
  const held = await hold('unshare', ['-pf', '--kill-child', compile('test/fixtures/idle.c'), '--root', root]);
  undoAfter(t, () => held.end());
  const words = ['show', `/proc/${held.pid}/ns/pid_for_children`, '--no-bpf'];
  assert.match(runTimed(words).output, /no proc file system is mounted there/);
  mkdirSync(join(proc, '1'));
  runs('ln', '-s', outside, join(proc, '1', 'ns'));
  runs('ln', '-s', outside, join(proc, 'self'));
  assertUnharmed(runTimed(words), usual(), 'links');
  const { silence } = await mountSilent(t, proc);
  silence();
  const run = runTimed(words);
  assertUnharmed(run, usual(), 'silent /proc');
  assert.match(run.output, /timed out: the file system of \/proc\/\d+\/root\/proc \(device 0:\d+\) does not answer/);
});

test('A namespace that is bind mounted below a silent file system is listed, and what was not asked is said.', {
  skip,
}, async (t) => {
  const silent = /timed out: the file system of \S+ \(device 0:\d+\) does not answer/;
  const { root } = makeRoom(t);
  const { silence } = await mountSilent(t, root);
  const script =
    'mount --make-rprivate / && unshare --net="$1/dir/ns" true && stat -Lc %i "$1/dir/ns" && exec sleep 1000';
  const held = await hold('unshare', ['-m', 'sh', '-c', script, 'sh', root]);
  undoAfter(t, () => held.end());
  silence();
  for (const words of [
    ['ls', '--no-bpf', '--type', 'net'],
    ['snapshot', '--no-bpf'],
    ['holders', `net:[${held.line}]`, '--no-bpf'],
  ]) {
    const run = runTimed(words);
    assertUnharmed(run, runTimed(['ls', '--no-bpf']), words.join(' '));
    assert.ok(run.output.includes(held.line), `${words.join(' ')}: ${run.output}`);
    assert.match(run.output, words[0] === 'snapshot' ? silent : /; nscope coverage --no-bpf explains$/m);
  }
  assert.match(runTimed(['coverage', '--no-bpf']).output.replace(/\s+/g, ' '), silent);
});

test('Names of ip netns that are pipes, devices, links and silent are no names, and the others are all listed.', {
  skip,
}, async (t) => {
  const { root, outside } = makeRoom(t);
  const tag = `nscope-hostile-${process.pid}`;
  const names = Object.keys(plants).map((kind) => `/run/netns/${tag}-${kind}`);
  runs('ip', 'netns', 'add', `${tag}-good`);
  const { silence } = await mountSilent(t, root);
  undoAfter(t, () => {
    for (const name of [...names, `/run/netns/${tag}-silent`, `/run/netns/${tag}-link`])
      rmSync(name, { recursive: true, force: true });
    runs('ip', 'netns', 'delete', `${tag}-good`);
  });
  for (const [i, plant] of Object.values(plants).entries()) plant(names[i] as string, outside);
  runs('ln', '-s', `${root}/dir/ns`, `/run/netns/${tag}-silent`);
  runs('ln', '-s', `/proc/${process.pid}/ns/net`, `/run/netns/${tag}-link`);
  silence();
  for (const more of [[], ['--no-bpf']]) {
    const run = runTimed(['ls', '--type', 'net', '--columns', 'inode,name', '--json', ...more]);
    assertUnharmed(run, runTimed(['ls', ...more]), more.join(' '));
    assert.ok(run.output.includes(`${tag}-good`) && run.output.includes(`${tag}-link`), run.output);
    assert.ok(!Object.keys(plants).some((kind) => run.output.includes(`"${tag}-${kind}"`)), run.output);
  }
});

test('State to which the command line of an engine leads is read where it is a plain file, and nothing else is.', {
  skip,
}, async (t) => {
  const { root, outside } = makeRoom(t);
  const id = 'c0ffee'.repeat(11).slice(0, 64);
  const storage = pathIn(root, 'storage/overlay-containers');
  mkdirSync(storage);
  const conmon = join(root, 'conmon');
  copyFileSync(compile('test/fixtures/idle.c'), conmon);
  runs('chmod', '755', conmon);
  const held = await hold(conmon, ['-c', id, '-n', 'web', '-b', `${storage}/${id}/userdata`]);
  undoAfter(t, () => held.end());
  const state = `${storage}/containers.json`;
  const metadata = JSON.stringify({ name: 'shop', 'image-name': 'localhost/bb:1' });
  writeFileSync(state, JSON.stringify([{ id, metadata }]));
  const good = runTimed(['workloads']);
  assert.match(good.output, /shop/);
  writeFileSync(outside, JSON.stringify([{ id, metadata: JSON.stringify({ name: secret }) }]));
  for (const [kind, plant] of Object.entries(plants)) {
    rmSync(state, { recursive: true });
    plant(state, outside);
    const run = runTimed(['workloads']);
    assertUnharmed(run, good, kind);
    assert.match(run.output, /podman +container? *.*web|podman.*web/, kind);
  }
  const { silence } = await mountSilent(t, storage);
  silence();
  for (const words of [['workloads'], ['ls'], ['ps']]) assertUnharmed(runTimed(words), good, words.join(' '));
});
