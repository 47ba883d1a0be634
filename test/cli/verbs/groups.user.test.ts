// nscope groups, as an ordinary user, and on a recorded control group hierarchy.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hold, readLinksOf } from '../../held-process.ts';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';

const skip = missing({ unprivileged: true, commands: ['unshare'] });

/** The tree that Linux 2.6.29 showed with a container that had another one in it, with PIDs of this host in its files. */
function recordHierarchy(root: string, pids: readonly number[]): void {
  const [outer, inner] = ['2741', join('2741', '2790')];
  mkdirSync(join(root, inner), { recursive: true });
  [root, join(root, outer), join(root, inner)].forEach((directory, i) => {
    writeFileSync(join(directory, 'tasks'), `${pids[i]}\n`);
    writeFileSync(join(directory, 'notify_on_release'), '0\n');
    writeFileSync(join(directory, 'cgroup.procs'), `${pids[i]}\n`);
  });
}

test('The ns control group shows who is in which set of namespaces, and how these nest.', { skip }, async () => {
  const root = mkdtempSync(join(tmpdir(), 'nscope-ns-'));
  const held = await hold('unshare', ['-Ur', '-m', 'sh', '-c', 'echo; sleep 99']);
  try {
    recordHierarchy(root, [process.pid, held.pid, process.ppid]);
    const { lines, stderr, status } = runNscope(['groups', '--by', 'cgroup', '--at', root]);
    assert.equal(status, 0, stderr);
    assert.match(lines[0] ?? '', /^GROUP +PROCS +PID +MNT +COMMAND$/);
    assert.deepEqual(
      lines.slice(1).map((line) => /^(.*?) {2,}1 /.exec(line)?.[1]),
      ['/', '└─/2741', '  └─/2741/2790'],
    );
    assert.match(lines[2] ?? '', new RegExp(` ${readLinksOf(held.pid).mnt} `));
    assert.match(stderr, /of \d+ pairs \d+ are joined rightly/);
  } finally {
    await held.end();
    rmSync(root, { recursive: true });
  }
});

test('Kernels without the ns control group are told so plainly, and a directory that is none as well.', {
  skip,
}, () => {
  const none = runNscope(['groups', '--by', 'cgroup']);
  assert.equal(none.status, 1);
  assert.match(none.stderr, /only Linux 2\.6\.24 to 2\.6\.39 had it/);
  const wrong = runNscope(['groups', '--by', 'cgroup', '--at', '/']);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /\/ is not a control group/);
  const words = [
    ['groups', '--by', 'magic'],
    ['groups', '--at', '/tmp'],
  ];
  for (const one of words) assert.equal(runNscope(one).status, 2);
});

interface Answer {
  readonly groups: readonly {
    readonly key: string;
    readonly pids: readonly number[];
    readonly mountNamespaces: readonly number[];
  }[];
  readonly score: Readonly<Record<string, number>>;
  readonly chrooted: readonly { readonly key: string; readonly of?: string; readonly because: string }[];
}

function answer(method: string): Answer {
  const { stdout, stderr, status } = runNscope(['groups', '--by', method, '--json']);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Answer;
}

test('mountinfo tells two mount namespaces apart that mounts takes for one, and splits off what is chrooted.', {
  skip: skip || missing({ commands: ['perl'] }),
}, async () => {
  const copies = [1, 2].map(() => hold('unshare', ['-Ur', '-m', 'sh', '-c', 'echo; sleep 99']));
  const [one, two] = [await copies[0], await copies[1]];
  const jail = await hold('unshare', ['-Ur', 'perl', '-e', 'chroot "/dev" or die; $| = 1; print "\\n"; sleep 99']);
  try {
    const [mounts, mountinfo] = [answer('mounts'), answer('mountinfo')];
    const groupOf = ({ groups }: Answer, pid = 0) => groups.find(({ pids }) => pids.includes(pid))?.key;
    assert.equal(groupOf(mounts, one?.pid), groupOf(mounts, two?.pid));
    assert.notEqual(groupOf(mountinfo, one?.pid), groupOf(mountinfo, two?.pid));
    assert.ok((mounts.score['wronglyJoined'] ?? 0) > 0);
    assert.equal(mountinfo.score['wronglyJoined'], 0);
    assert.ok((mountinfo.score['wronglySplit'] ?? 0) > 0);
    const finding = mountinfo.chrooted.find(({ key }) => key === groupOf(mountinfo, jail.pid));
    assert.deepEqual(finding, {
      key: groupOf(mountinfo, jail.pid),
      of: groupOf(mountinfo, process.pid),
      because: 'other mount points',
    });
    assert.deepEqual(mountinfo.groups.find(({ pids }) => pids.includes(jail.pid))?.mountNamespaces, [
      readLinksOf(process.pid).mnt,
    ]);
  } finally {
    for (const held of [one, two, jail]) await held?.end();
  }
});
