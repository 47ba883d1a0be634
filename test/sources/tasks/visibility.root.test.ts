// What keeps processes from being seen, told by the command in places made for it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { test } from 'node:test';
import { namespaceTypeFacts } from '../../../src/model/snapshot/namespace-types.ts';
import type { Snapshot } from '../../../src/model/snapshot/schema.ts';
import { validateSnapshot } from '../../../src/model/snapshot/validate-snapshot.ts';
import { main } from '../../cli/run-nscope.ts';
import { hold, readLinksOf, readOnlyChild } from '../../held-process.ts';
import { missing } from '../../tiers.ts';

const skip = missing({ root: true, commands: ['unshare', 'setpriv', 'mount', 'nsenter'] });
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];
const inMountNamespace = ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec'];

function run(words: readonly string[], env = process.env) {
  const [command = '', ...rest] = words;
  const { status, stdout, stderr } = spawnSync(command, rest, {
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 2 ** 28,
    env,
  });
  return { status, stdout, stderr };
}

/** The command, as one runs it in a shell: `"$@"` of inMountNamespace. */
function nscope(...words: string[]): string[] {
  return [process.execPath, main, ...words];
}

function takeSnapshot(...prefix: string[]): Snapshot {
  const { status, stdout, stderr } = run([...prefix, ...nscope('snapshot')]);
  assert.equal(status, 0, stderr);
  return validateSnapshot(JSON.parse(stdout));
}

/** Whether the host guards the links of its init even from root, as some sandboxes do. */
function isInitGuarded(): boolean {
  try {
    readlinkSync('/proc/1/ns/net');
    return false;
  } catch {
    return true;
  }
}

test('Where the links of PID 1 are refused even to root, its place says so, and else nothing does.', { skip }, () => {
  const { coverage, processes, host } = takeSnapshot();
  const init = processes.find(({ pid }) => pid === 1);
  assert.ok(init);
  const said = coverage.reasons.filter((reason) => reason.includes('even to root'));
  assert.equal(host.vantage.uid, 0);
  if (isInitGuarded()) {
    assert.deepEqual(init.namespaces.net, { unknown: 'denied', errno: 'EACCES' });
    assert.match(
      said.join(),
      /^the namespace links of process 1 are refused \(EACCES\) even to root: a security module /,
    );
    const refusals = coverage.sources.flatMap((source) => source.refusals);
    const links = refusals.filter(({ what }) => what === 'the namespace links');
    assert.equal(links.length, 1);
    assert.match(links[0]?.example ?? '', /^\/proc\/1\/ns\//);
  } else {
    assert.equal(init.namespaces.net, readLinksOf(1).net);
    assert.deepEqual(said, []);
  }
});

test('As nobody the command lists what it may, says on standard error what was refused, and succeeds.', {
  skip,
}, () => {
  const { status, stdout, stderr } = run([...nobody, ...nscope('ls')]);
  assert.equal(status, 0, stderr);
  const types = new Set(stdout.split('\n').map((line) => line.split(' ')[0]));
  for (const type of Object.keys(namespaceTypeFacts)) assert.ok(types.has(type), `no ${type} in ${stdout}`);
  assert.match(
    stderr,
    /^nscope: partial: the kernel's list not read \(BPF not permitted\), \d+ processes withheld[^\n]*; nscope coverage explains$/m,
  );
});

test('Processes that hidepid hides are told of; root sees them all the same.', { skip }, () => {
  for (const [option, told] of [
    ['hidepid=2', /\/proc is mounted with hidepid=(2|invisible): other users' processes do not appear at all/],
    ['hidepid=1', /\/proc is mounted with hidepid=(1|noaccess): the files of other users' processes are refused/],
  ] as const) {
    const script = `mount -t proc -o ${option} proc /proc; exec "$@"`;
    const hidden = takeSnapshot(...inMountNamespace, script, 'sh', ...nobody);
    assert.match(hidden.coverage.reasons.join('\n'), told);
    assert.ok(hidden.coverage.lifts.includes('run as root of the host'));
    const { stderr } = run([...inMountNamespace, script, 'sh', ...nobody, ...nscope('ls')]);
    assert.match(
      stderr,
      /^nscope: partial: [^\n]*other users' processes [^\n]*\(hidepid=\w+\)[^\n]*; nscope coverage explains$/m,
    );
    const users = new Set(hidden.processes.map(({ uid }) => uid));
    assert.deepEqual([...users], [65534], `with ${option}`);
    assert.ok(hidden.processes.some(({ pid }) => pid === hidden.host.vantage.pid));

    const seen = takeSnapshot(...inMountNamespace, script, 'sh');
    assert.doesNotMatch(seen.coverage.reasons.join('\n'), /hidepid/);
    assert.ok(seen.processes.some(({ pid }) => pid === process.pid));
  }
});

test('Without /proc the command ends with status 2 and says what to mount.', { skip }, () => {
  for (const script of ['mount -t tmpfs none /proc; exec "$@"', 'umount -l /proc; exec "$@"'])
    for (const verb of ['ls', 'snapshot']) {
      const { status, stdout, stderr } = run([...inMountNamespace, script, 'sh', ...nscope(verb)]);
      assert.deepEqual([status, stdout], [2, ''], script);
      assert.match(stderr, /^nscope: \/proc is not mounted .*; mount it: mount -t proc proc \/proc\n$/, script);
    }
});

test('Where /proc is of a pid namespace in which nscope is not, it ends with status 2 and says so.', {
  skip,
}, async () => {
  const words = ['--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', 'echo ready; exec sleep 300'];
  const held = await hold('unshare', words);
  try {
    const target = readOnlyChild(held.pid);
    const { status, stdout, stderr } = run(['nsenter', '--mount', `--target=${target}`, ...nscope('ls')]);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(
      stderr,
      /^nscope: \/proc belongs to another pid namespace, in which nscope is not; mount the right one/,
    );
  } finally {
    await held.end();
  }
});

test('In a child pid namespace with a /proc of its own it sees what is inside, and says what is invisible.', {
  skip,
}, () => {
  const { host, processes, coverage, namespaces } = takeSnapshot('unshare', '--pid', '--fork', '--mount-proc');
  assert.equal(host.vantage.procPidNamespace, host.vantage.namespaces.pid);
  assert.notEqual(host.vantage.namespaces.pid, namespaceTypeFacts.pid.initialInode);
  assert.deepEqual(
    processes.map(({ pid }) => pid),
    [1],
  );
  const told = `/proc shows pid:[${host.vantage.namespaces.pid}], a child pid namespace: processes outside it are invisible`;
  assert.ok(coverage.reasons.includes(told), coverage.reasons.join('\n'));
  assert.ok(coverage.lifts.includes('run in the initial pid namespace'));
  const own = namespaces.find(({ inode }) => inode === host.vantage.namespaces.pid);
  assert.deepEqual([own?.processes.count, own?.init], [1, 1]);
  for (const { host: isHost } of namespaces) assert.notEqual(isHost, true);
});

test('In a child pid namespace with the /proc of the host it sees the host, and itself by the PID of there.', {
  skip,
}, () => {
  const { host, processes } = takeSnapshot('unshare', '--pid', '--fork', '--kill-child');
  assert.deepEqual(host.vantage.procPidNamespace, {
    unknown: 'unsupported',
    detail: 'nscope is in a child of the pid namespace that /proc shows',
  });
  const own = processes.find(({ pid }) => pid === host.vantage.pid);
  assert.deepEqual(own?.pids, [host.vantage.pid, 1]);
  assert.ok(processes.some(({ pid }) => pid === process.pid));
});
