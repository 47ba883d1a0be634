// nscope enter as root: processes, namespaces that nobody is in, and dead pid namespaces.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { type Bed, bedNeeds, makeBed } from '../../bed/bed.ts';
import { type Held, hold, readLinksOf, readOnlyChild, waitForName } from '../../held-process.ts';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';

const skip = missing({ root: true, commands: ['unshare', 'mount', 'umount'], ...bedNeeds });
let held: Held;
let inside = 0;

before(async () => {
  if (skip) return;
  const types = ['--user', '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--time', '--map-root-user'];
  const script = 'cd /usr; hostname entered; echo ready; exec sleep 300';
  held = await hold('unshare', [...types, '--fork', '--kill-child', '--mount-proc', 'sh', '-c', script], {
    ...process.env,
    MARK: 'of the target',
  });
  inside = readOnlyChild(held.pid);
  await waitForName(inside, 'sleep');
});

after(async () => {
  if (!skip) await held.end();
});

function enter(...words: readonly string[]): string {
  const { status, stdout, stderr } = runNscope(['enter', ...words]);
  assert.equal(status, 0, `${words.join(' ')}: ${stderr}`);
  return stdout.trim();
}

const readLinks = ['--', 'readlink', ...namespaceTypes.map((type) => `/proc/self/ns/${type}`)];

test('A process stands for all its namespaces, and the command is where it is.', { skip }, () => {
  const links = readLinksOf(inside);
  assert.deepEqual(
    enter(String(inside), ...readLinks).split('\n'),
    namespaceTypes.map((type) => `${type}:[${links[type]}]`),
  );
  assert.equal(enter(String(inside), '--', 'sh', '-c', 'id -u; echo $PPID; hostname; pwd'), '0\n0\nentered\n/');
});

test('The words after TARGET are the command, and its options are its own.', { skip }, () => {
  const own = enter(String(inside), '-t', 'uts,net', 'sh', '-c', 'hostname; echo "$@"', 'sh', '-t', 'mnt', '--', '-h');
  assert.equal(own, 'entered\n-t mnt -- -h');
  const alone = runNscope(['enter', String(inside), 'no-such-command-here', '--help']);
  assert.deepEqual([alone.status, alone.stdout], [127, ''], alone.stderr);
});

test('Of a process some types alone are entered, and the rest stays that of the caller.', { skip }, () => {
  const links = readLinksOf(inside);
  const own = readLinksOf(process.pid);
  const entered = enter(String(inside), '--type', 'net,uts', ...readLinks).split('\n');
  assert.deepEqual(
    entered,
    namespaceTypes.map((type) => `${type}:[${(type === 'net' || type === 'uts' ? links : own)[type]}]`),
  );
});

test('A namespace that is named by itself comes before that of the process.', { skip }, () => {
  const entered = enter(
    String(inside),
    `uts:[${readLinksOf(1 === inside ? 2 : process.pid).uts}]`,
    '--',
    'readlink',
    '/proc/self/ns/uts',
    '/proc/self/ns/net',
  );
  assert.deepEqual(entered.split('\n'), [readlinkSync('/proc/self/ns/uts'), `net:[${readLinksOf(inside).net}]`]);
});

test('Root, working directory, environment and credentials are those of the target or the caller.', { skip }, () => {
  assert.equal(enter(String(inside), '--cwd', 'target', '--', 'pwd'), '/usr');
  assert.equal(enter(String(inside), '--type', 'uts', '--', 'pwd'), process.cwd());
  assert.equal(enter(String(inside), '--env', 'target', '--', 'sh', '-c', 'echo $MARK'), 'of the target');
  assert.equal(enter(String(inside), '--', 'sh', '-c', 'echo "<$MARK>"'), '<>');
  assert.equal(enter(String(inside), '--credentials', 'target', '--', 'id', '-u'), '0');
  const complaint = runNscope(['enter', `net:[${readLinksOf(inside).net}]`, '--cwd', 'target', '--', 'pwd']);
  assert.equal(complaint.status, 2);
  assert.match(complaint.stderr, /--cwd target: no TARGET is a process/);
});

test('With -n all other words are the command; without -f it stays outside the pid namespace.', { skip }, () => {
  const file = `/proc/${inside}/ns/pid`;
  const user = `/proc/${inside}/ns/user`;
  assert.match(enter('-f', '-n', user, '-n', file, 'sh', '-c', 'echo $$ $PPID'), /^\d{1,3} 0$/);
  const [outer, inner] = enter('-n', user, '-n', file, 'sh', '-c', 'echo $$; sh -c "echo \\$\\$"; true')
    .split('\n')
    .map(Number);
  assert.ok((outer ?? 0) > 100 && (inner ?? 0) < 100, `${outer} ${inner}`);
});

test('Every namespace that only a descriptor, a bind mount or a handle leads to is entered.', { skip }, async () => {
  const bed: Bed = await makeBed([
    'fd',
    'fd-in-flight:net,mnt',
    'hidden-bind-mount:net,ipc',
    'nested-bind-mount:uts,time',
  ]);
  try {
    let count = 0;
    for (const { type, inode, place, auxiliary } of bed.namespaces) {
      if (auxiliary || type === 'user') continue;
      count++;
      const name = `${type}:[${inode}]`;
      if (type === 'pid') {
        const { status, stderr } = runNscope(['enter', name, '--', 'true']);
        assert.ok(status === 0 || /is dead \(ENOMEM\)/.test(stderr), `${place} ${name}: ${stderr}`);
      } else assert.equal(enter(name, '--', 'readlink', `/proc/thread-self/ns/${type}`), name, place);
    }
    assert.ok(count >= 10, `${count} were entered`);
  } finally {
    await bed.release();
  }
});

test('A pid namespace whose init has ended is said to be dead, and why it stays so.', { skip }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-dead-'));
  const pin = join(directory, 'pid');
  try {
    assert.equal(runNscope(['run', '--pid', '--keep', pin, '--', 'true']).status, 0);
    const { status, stderr } = runNscope(['enter', pin, '--', 'true']);
    assert.equal(status, 2);
    assert.match(
      stderr,
      /^nscope: pid:\[\d+\] is dead \(ENOMEM\): its init has ended, .* nothing can revive it\. See what holds it: nscope holders/,
    );
    const { status: article } = runNscope(['enter', '-f', '-n', pin, 'true']);
    assert.equal(article, 2);
  } finally {
    spawnSync('umount', [pin]);
    rmSync(directory, { recursive: true });
  }
});

test('What is not there or cannot be entered is said.', { skip }, () => {
  const complain = (...words: string[]) => {
    const { status, stderr } = runNscope(['enter', ...words]);
    return `${status} ${stderr.trim()}`;
  };
  assert.match(complain('--', 'true'), /^2 nscope: enter: missing argument TARGET/);
  assert.match(complain('4194300', '--', 'true'), /^1 nscope: there is no process 4194300/);
  assert.match(complain('/no/such', '--', 'true'), /^1 nscope: \/no\/such is not there \(ENOENT\)/);
  assert.match(complain('/etc/passwd', '--', 'true'), /^2 nscope: \/etc\/passwd is not a namespace/);
  assert.match(
    complain(`/proc/${inside}/ns/net`, `/proc/self/ns/net`, '--', 'true'),
    /^2 nscope: two net namespaces are named/,
  );
  assert.match(complain(String(inside), '--', 'no-such-command'), /^127 nscope: no-such-command: no such command/);
  const nested = ['unshare', '-p', '-f', '--mount-proc', process.execPath, 'build/js/src/cli/main.js', 'enter'];
  const outside = spawnSync(
    'sh',
    ['-c', `exec 9</proc/self/ns/pid; exec "$@" /proc/self/fd/9 -- true`, 'sh', ...nested],
    { encoding: 'utf8' },
  );
  assert.match(outside.stderr, /neither the pid namespace of nscope nor below it/);
});

test('No descriptor is left open in nscope’s command.', { skip }, () => {
  const count = enter(String(inside), '--', 'sh', '-c', 'ls /proc/self/fd | wc -l');
  const plain = spawnSync('sh', ['-c', 'ls /proc/self/fd | wc -l'], { encoding: 'utf8' }).stdout.trim();
  assert.equal(count, plain);
  assert.ok(readdirSync('/proc/self/fd').length > 0);
});
