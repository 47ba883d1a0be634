// Targets by number: of network namespaces as ip netns gives them, by the kernel's ids, and PIDs that are verified.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { readPidfdInode } from '../../src/kernel/process/pidfd-inode.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import { wantListing } from '../../src/model/snapshot/wanted.ts';
import { hold } from '../held-process.ts';
import { isLinuxSince } from '../kernels/release.ts';
import { missing } from '../tiers.ts';
import { main, runNscope } from './run-nscope.ts';

const skip = missing({ root: true, commands: ['ip', 'unshare'] });

test('The number that ip netns set gave is shown in ls, show and JSON, is a target, and is that of nscope’s own place.', {
  skip,
}, () => {
  const names = ['a', 'b'].map((letter) => `nscope-number-${letter}-${process.pid}`);
  const [first = '', second = ''] = names;
  const nsid = 700_000 + (process.pid % 100_000);
  try {
    for (const name of names) execFileSync('ip', ['netns', 'add', name]);
    execFileSync('ip', ['netns', 'set', first, String(nsid)]);
    const inodes = names.map((name) => statSync(`/run/netns/${name}`).ino);
    for (const bpf of [true, false]) {
      const { namespaces } = collectSnapshot({ ...wantListing, bpf });
      const told = inodes.map((inode) => namespaces.find((one) => one.inode === inode)?.netnsid);
      assert.deepEqual(told, [nsid, null], `bpf: ${bpf}`);
      assert.ok(namespaces.every(({ type, netnsid }) => (netnsid !== undefined) === (type === 'net')));
    }
    const ls = runNscope(['ls', '--type', 'net', '-o', 'inode,netnsid', '--no-header']);
    assert.match(ls.stdout, new RegExp(`^${inodes[0]} +${nsid}$`, 'm'));
    assert.match(ls.stdout, new RegExp(`^${inodes[1]} +-$`, 'm'));
    const show = runNscope(['show', `nsid:${nsid}`]);
    assert.match(show.stdout, new RegExp(`^net:\\[${inodes[0]}\\]`));
    assert.match(show.stdout, new RegExp(`netnsid +${nsid} in nscope's network namespace`));
    assert.match(runNscope(['show', `net:${second}`]).stdout, /netnsid +none in nscope's network namespace/);
    const user = { uid: 65534, gid: 65534, cwd: '/' };
    assert.equal(runNscope(['ls', `nsid:${nsid}`, '-o', 'inode', '--no-header'], '', user).stdout, `${inodes[0]}\n`);
    const entered = runNscope(['enter', `nsid:${nsid}`, '--', 'ip', 'netns', 'identify']);
    assert.equal(entered.stdout.trim(), first, entered.stderr);
    // As seen from the other one it has no number.
    const there = ['enter', `net:${second}`, '--', process.execPath, main, 'show', `nsid:${nsid}`];
    assert.match(
      runNscope(there).stderr,
      new RegExp(`net:\\[${inodes[1]}\\] has this number for no network namespace`),
    );
    assert.equal(runNscope(['show', 'nsid:999999']).status, 1);
    assert.equal(runNscope(['show', 'nsid:-1']).status, 2);
  } finally {
    for (const name of names) execFileSync('ip', ['netns', 'delete', name]);
  }
});

test('A PID with the inode number of its pidfd is that process, and nobody where another has the PID.', {
  skip,
}, async () => {
  const held = await hold('unshare', ['--uts', 'sh', '-c', 'echo ready; sleep 300']);
  try {
    const inode = readPidfdInode(held.pid);
    if (!isLinuxSince(6, 9)) {
      assert.ok(!isKnown(inode) && inode.unknown === 'unsupported');
      assert.equal(runNscope(['show', `${held.pid}:1`]).status, 2);
      return;
    }
    assert.ok(isKnown(inode), JSON.stringify(inode));
    assert.notEqual(inode, readPidfdInode(process.pid));
    const right = `${held.pid}:${inode}`;
    const wrong = `${held.pid}:${BigInt(inode) + 1n}`;
    for (const words of [['show'], ['ls'], ['ps'], ['holders'], ['compare'], ['caps', 'self']]) {
      assert.ok([0, 1].includes(runNscope([...words, right]).status ?? -1), words.join(' '));
      const { status, stderr } = runNscope([...words, wrong]);
      assert.equal(status, words[0] === 'caps' ? 2 : 1, `${words.join(' ')}: ${stderr}`);
      assert.match(stderr, new RegExp(`${held.pid} is another process by now`));
    }
    const inside = runNscope(['enter', right, '--', 'readlink', '/proc/self/ns/uts']);
    assert.equal(inside.stdout, `uts:[${statSync(`/proc/${held.pid}/ns/uts`).ino}]\n`, inside.stderr);
    const refused = runNscope(['enter', wrong, '--', 'true']);
    assert.notEqual(refused.status, 0);
    assert.match(refused.stderr, /is another process by now/);
  } finally {
    await held.end();
  }
});
