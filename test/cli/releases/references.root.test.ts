// The kernel's count of references: where each has a name the namespace ends with what was named, and what nothing shows
// is counted.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readBpfNamespaces } from '../../../src/kernel/bpf/run.ts';
import { type NamespaceReferences, summedTypes } from '../../../src/model/evidence/references.ts';
import type { NamespaceType } from '../../../src/model/snapshot/namespace-types.ts';
import { parseBpfNamespaces } from '../../../src/parse/records/bpf-namespaces.ts';
import { compile } from '../../fixtures/compile.ts';
import { type Held, hold, readLinksOf } from '../../held-process.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { waitUntil } from '../../marked-processes.ts';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';

const skip = missing({ root: true, commands: ['cc', 'unshare', 'mount', 'umount', 'sh'] });
const isCounted = isLinuxSince(6, 18);
const skipUncounted = skip || (isCounted ? false : 'needs Linux 6.18');

interface Answer {
  readonly holders: readonly { readonly kind: string; readonly what: string }[];
  readonly references: readonly (NamespaceReferences & { readonly holds: { type: NamespaceType; inode: number } })[];
}

/** Where something changed while it was looked at, nscope claims nothing: then it is asked again. */
function ask(type: NamespaceType, inode: number): { readonly answer: Answer; readonly account: NamespaceReferences } {
  for (let turn = 0; ; turn++) {
    const outcome = runNscope(['holders', `${type}:[${inode}]`, '--json']);
    assert.equal(outcome.status, 0, outcome.stderr);
    const answer = JSON.parse(outcome.stdout) as Answer;
    const [account] = answer.references;
    assert.ok(account, `${type}:[${inode}] has no account`);
    assert.deepEqual(account.holds, { type, inode });
    if (account.verdict !== 'changed' || turn === 4) return { answer, account };
  }
}

function assertWhole(type: NamespaceType, inode: number, explained: NamespaceReferences['explained']): void {
  const { answer, account } = ask(type, inode);
  const counted = Object.values(account.explained).reduce((total, number) => total + number, 0);
  const words = `${type}: ${JSON.stringify(account)}`;
  assert.deepEqual(account.explained, explained, words);
  assert.equal(account.verdict, 'whole', words);
  assert.equal(account.counted, counted, words);
  assert.equal(account.unnamed, 0, words);
  assert.equal(account.unseenUsers, 0, words);
  assert.ok(!answer.holders.some(({ kind }) => kind === 'kernel'), words);
  const line = firstLine(type, inode);
  assert.match(line, /is held by .* things?, and ends when (that is|all of these are) gone\. The kernel counts/);
}

function firstLine(type: NamespaceType, inode: number): string {
  for (let turn = 0; ; turn++) {
    const [line = ''] = runNscope(['holders', `${type}:[${inode}]`]).lines;
    if (!line.includes('something changed') || turn === 4) return line;
  }
}

async function assertEnds(type: NamespaceType, inode: number, id: bigint): Promise<void> {
  await waitUntil(`${type}:[${inode}] is still in the kernel's list`, () => idOf(type, inode) !== id);
}

function idOf(type: NamespaceType, inode: number): bigint | undefined {
  const reading = readBpfNamespaces();
  assert.ok('bytes' in reading);
  return parseBpfNamespaces(reading.bytes).find((one) => one.type === type && one.inode === inode)?.id;
}

function knownId(type: NamespaceType, inode: number): bigint {
  const id = idOf(type, inode);
  assert.ok(id !== undefined, `${type}:[${inode}] is not in the kernel's list`);
  return id;
}

async function holdBy(t: TestContext, type: NamespaceType, how: string): Promise<{ held: Held; inode: number }> {
  const held = await hold(compile('test/fixtures/references.c'), [type, how]);
  t.after(() => held.end());
  return { held, inode: Number(held.line) };
}

test('A kernel without lists of its namespaces gives no account, and no end is promised.', { skip }, async (t) => {
  const { inode } = await holdBy(t, 'uts', 'fd');
  const { stdout } = runNscope(['holders', `uts:[${inode}]`, '--json']);
  assert.equal((JSON.parse(stdout) as Answer).references.length, isCounted ? 1 : 0);
  const line = firstLine('uts', inode);
  assert.equal(/ends when/.test(line), isCounted, line);
});

test('Tasks that share their set of namespaces and tasks with sets of their own explain all, and it ends with them.', {
  skip: skipUncounted,
}, async () => {
  const script =
    'sleep 300 & sleep 300 & unshare --uts --ipc sleep 300 & unshare --net sh -c "exec sleep 300" & sleep 1; echo ready; wait';
  const unshare = ['--mount', '--uts', '--ipc', '--net', '--cgroup', '--time', '--fork'];
  const held = await hold('unshare', [...unshare, 'sh', '-c', script]);
  try {
    const inner = Number(readChildrenOf(held.pid)[0]);
    const inodes = readLinksOf(inner);
    // Of each set but that of unshare(1) itself: its time namespace is for its children alone.
    const expected = { uts: 3, ipc: 3, mnt: 4, net: 3, cgroup: 4, time: 7 };
    const ids = new Map(summedTypes.map((type) => [type, knownId(type, inodes[type])]));
    for (const type of summedTypes) assertWhole(type, inodes[type], { 'task-namespaces': expected[type] });
    await held.end();
    for (const type of summedTypes) await assertEnds(type, inodes[type], ids.get(type) as bigint);
  } finally {
    await held.end();
  }
});

function readChildrenOf(pid: number): string[] {
  const { stdout } = spawnSync('cat', [`/proc/${pid}/task/${pid}/children`], { encoding: 'utf8' });
  return stdout.trim().split(' ');
}

const ways: readonly [NamespaceType, string, NamespaceReferences['explained']][] = [
  ['uts', 'fd', { inode: 1 }],
  ['ipc', 'fd', { inode: 1 }],
  ['mnt', 'fd', { inode: 1 }],
  ['net', 'fd', { inode: 1 }],
  ['cgroup', 'fd', { inode: 1 }],
  ['net', 'socket', { inode: 1, socket: 1 }],
  ['net', 'tap', { inode: 1, socket: 1 }],
  ['net', 'pair', { inode: 1, socket: 2 }],
  ['net', 'file', { inode: 1, 'proc-file': 1 }],
  ['ipc', 'file', { inode: 1, 'proc-file': 1 }],
  ['mnt', 'file', { inode: 1, 'proc-file': 1 }],
  ['net', 'context', { inode: 1, 'fs-context': 1 }],
];

for (const [type, how, explained] of ways)
  test(`What holds a namespace of type ${type} by ${how} explains all, and it ends with that.`, {
    skip: skipUncounted,
  }, async (t) => {
    const { held, inode } = await holdBy(t, type, how);
    const id = knownId(type, inode);
    assertWhole(type, inode, explained);
    await held.end();
    await assertEnds(type, inode, id);
  });

test('Bind mounts of one namespace are users of one inode, and it ends with the last.', {
  skip: skipUncounted,
}, async (t) => {
  const room = mkdtempSync(join(tmpdir(), 'nscope-references-'));
  t.after(() => {
    spawnSync('umount', ['-R', '-l', room]);
    rmSync(room, { recursive: true, force: true });
  });
  const run = (command: string, ...words: string[]) => {
    const { status, stderr } = spawnSync(command, words, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  };
  run('mount', '-t', 'tmpfs', '--make-private', 'test', room);
  const [one, other] = [join(room, 'one'), join(room, 'other')];
  for (const path of [one, other]) writeFileSync(path, '');
  run('unshare', `--net=${one}`, 'true');
  run('mount', '--bind', one, other);
  const inode = statSync(one).ino;
  const id = knownId('net', inode);
  assertWhole('net', inode, { inode: 1 });
  run('umount', one);
  assertWhole('net', inode, { inode: 1 });
  run('umount', other);
  await assertEnds('net', inode, id);
});

const hidden: readonly [NamespaceType, string, number, number][] = [
  ['net', 'packet', 1, 0],
  ['net', 'twin', 1, 0],
  ['ipc', 'shm', 1, 0],
  ['net', 'peer', 0, 1],
  ['net', 'uring', 0, 1],
  ['uts', 'uring', 0, 1],
];

for (const [type, how, unnamed, unseenUsers] of hidden)
  test(`What nothing shows is counted as well as what was seen, and no end is promised: ${type} by ${how}.`, {
    skip: skipUncounted,
  }, async (t) => {
    const { inode } = await holdBy(t, type, how);
    const { answer, account } = ask(type, inode);
    assert.equal(account.verdict, 'short', JSON.stringify(account));
    assert.deepEqual([account.unnamed, account.unseenUsers], [unnamed, unseenUsers], JSON.stringify(account));
    assert.ok(answer.holders.some(({ kind }) => kind === 'fd'));
    const [kernel] = answer.holders.filter(({ kind }) => kind === 'kernel');
    assert.equal(kernel?.what, unnamed > 0 ? '1 reference that nothing seen explains' : undefined);
    const line = firstLine(type, inode);
    assert.doesNotMatch(line, /ends when/);
    assert.match(line, /nothing seen explains 1 of them|1 more use of what has them is not explained/);
  });

test('Of pid and user namespaces the number is told, and nothing is claimed.', {
  skip: skipUncounted,
}, async () => {
  const held = await hold('unshare', [
    '--user',
    '--pid',
    '--fork',
    '--kill-child',
    'sh',
    '-c',
    'echo ready; sleep 300',
  ]);
  try {
    const inodes = readLinksOf(Number(readChildrenOf(held.pid)[0]));
    for (const type of ['pid', 'user'] as const) {
      const { account } = ask(type, inodes[type]);
      assert.equal(account.verdict, 'not-summed');
      assert.ok(account.counted > 1);
      assert.equal(account.unnamed, null);
    }
  } finally {
    await held.end();
  }
});

test('No end is promised for a TCP connection, since a closed one stays while the other end reads nothing.', {
  skip: skipUncounted || missing({ commands: ['ip'] }),
}, async (t) => {
  const [outer, inner] = [`nso${process.pid}`, `nsi${process.pid}`];
  const ip = (words: string) => assert.equal(spawnSync('ip', words.split(' ')).status, 0, words);
  ip(`link add ${outer} type veth peer name ${inner}`);
  t.after(() => void spawnSync('ip', ['link', 'del', outer]));
  ip(`address add 198.51.100.1/30 dev ${outer}`);
  ip(`link set ${outer} up`);
  const server = createServer({ pauseOnConnect: true });
  t.after(() => void server.close());
  const connected = once(server, 'connection');
  server.listen(0, '198.51.100.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const fill = `exec ${compile('test/fixtures/fill-connection.c')} 198.51.100.1 ${address.port}`;
  const script = `echo; until ip address add 198.51.100.2/30 dev ${inner}; do sleep 0.1; done; ip link set ${inner} up; ${fill}`;
  const held = await hold('unshare', ['--net', 'sh', '-c', `exec 2>&-; ${script}`]);
  t.after(() => held.end());
  ip(`link set ${inner} netns ${held.pid}`);
  const [other] = (await connected) as [Socket];
  t.after(() => void other.destroy());
  const isFilled = () => readFileSync(`/proc/${held.pid}/comm`, 'latin1') === 'filled\n';
  await waitUntil('the connection is not full', isFilled);
  const inode = readLinksOf(held.pid).net;
  const id = knownId('net', inode);
  const { account } = ask('net', inode);
  assert.deepEqual(account.explained, { 'task-namespaces': 1, socket: 1 });
  assert.deepEqual([account.verdict, account.unnamed, account.unseenUsers], ['short', 0, 1]);
  assert.doesNotMatch(firstLine('net', inode), /ends when/);
  await held.end();
  await sleep(1000);
  assert.equal(idOf('net', inode), id, 'it has outlived all that was listed');
  other.destroy();
  await assertEnds('net', inode, id);
});
