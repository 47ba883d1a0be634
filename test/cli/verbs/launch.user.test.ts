// run, enter and init as an ordinary user.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startNscope, waitForEnd } from '../../launch/nscope-run.ts';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';

const skip = missing({ unprivileged: true, commands: ['unshare', 'id', 'ps'] });

function run(...words: readonly string[]): string {
  const { status, stdout, stderr } = runNscope(['run', ...words]);
  assert.equal(status, 0, `${words.join(' ')}: ${stderr}`);
  return stdout.trim();
}

test('Without a user namespace it is said which capability is missing, where, and what to do.', { skip }, () => {
  const { status, stderr } = runNscope(['run', '--net', '--', 'true']);
  assert.equal(status, 2);
  assert.match(
    stderr,
    /^nscope: a new net namespace cannot be made \(EPERM\): that needs CAP_SYS_ADMIN in the user namespace that nscope is in, user:\[\d+\]; .*--map-root$/m,
  );
});

test('With --map-root all types can be made, and the command is root in them.', { skip }, () => {
  const options = ['-r', '-p', '-m', '-n', '-u', '-i', '-C', '-T', '--mount-proc', '--hostname', 'inside'];
  assert.equal(
    run(...options, '--', 'sh', '-c', 'id -u; echo $$; hostname; cat /proc/self/setgroups'),
    '0\n1\ninside\ndeny',
  );
  assert.equal(run('--map-user', '1234', '--', 'id', '-u'), '1234');
  assert.equal(run('--user', '--', 'id', '-u'), '65534');
});

test('Types are named by --type as well, with commas, by several options, and beside letters.', { skip }, () => {
  const links = ['ipc', 'mnt', 'net', 'uts'];
  const made = run(
    '-r',
    '-t',
    'net,uts',
    '--type=net',
    '-i',
    'readlink',
    ...links.map((type) => `/proc/self/ns/${type}`),
  );
  const isNew = made.split('\n').map((link, i) => link !== readlinkSync(`/proc/self/ns/${links[i]}`));
  assert.deepEqual(isNew, [true, false, true, true]);
  const wrong = runNscope(['run', '-r', '-t', 'net,,uts', 'true']);
  assert.deepEqual([wrong.status, wrong.stdout], [2, '']);
});

test('--map-root --offline has loopback alone.', { skip }, () => {
  const devices = run('-r', '--offline', '--', 'cat', '/proc/net/dev').split('\n').slice(2);
  assert.deepEqual(
    devices.map((line) => line.trim().split(':')[0]),
    ['lo'],
  );
});

test('--map-auto says what is missing where the user has no subordinate ids.', { skip }, () => {
  const { status, stderr } = runNscope(['run', '--map-auto', '--', 'true']);
  assert.equal(status, 2);
  assert.match(stderr, /\/etc\/subuid gives no ids to .*usermod --add-subuids/);
});

test('--keep is refused with the capability that mounting needs, and leaves no file.', { skip }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-keep-'));
  try {
    const { status, stderr } = runNscope(['run', '-r', '--net', '--keep', `net:${directory}/pin`, '--', 'true']);
    assert.equal(status, 2);
    assert.match(stderr, /--keep: the net namespace cannot be mounted .* CAP_SYS_ADMIN/);
    assert.deepEqual(readdirSync(directory), []);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('One’s own namespaces are entered by way of their user namespace, and others are refused with the reason.', {
  skip,
}, async () => {
  const running = startNscope([
    'run',
    '--json',
    '-r',
    '-p',
    '-n',
    '-u',
    '--hostname',
    'mine',
    '--',
    'sh',
    '-c',
    'echo begun; exec sleep 300',
  ]);
  const made = JSON.parse((await running.line(/^\{.*/))[0]) as { process: { pid: number } };
  await running.line(/^begun$/);
  try {
    const { pid } = made.process;
    const entered = runNscope(['enter', String(pid), '--', 'sh', '-c', 'id -u; hostname; echo $PPID']);
    assert.deepEqual([entered.status, entered.stdout], [0, '0\nmine\n0\n'], entered.stderr);
    const refused = runNscope(['enter', '-n', `/proc/${pid}/ns/net`, 'true']);
    assert.equal(refused.status, 2);
    assert.match(
      refused.stderr,
      /net:\[\d+\] cannot be entered \(EPERM\): that needs CAP_SYS_ADMIN in user:\[\d+\], which owns it, and in user:\[\d+\], where nscope is/,
    );
    const others = runNscope(['enter', '2', '--', 'true']);
    assert.equal(others.status, 2);
    assert.match(
      others.stderr,
      /\/proc\/2\/ns\/\w+ cannot be opened \(EACCES\): that takes the right to trace the process/,
    );
  } finally {
    running.kill('SIGKILL');
    await running.end();
    await waitForEnd(made.process.pid);
  }
});

test('A limit of zero user namespaces is named.', { skip }, () => {
  const script = `echo 0 >/proc/sys/user/max_user_namespaces && exec ${process.execPath} build/js/src/cli/main.js run -r -- true`;
  const { status, stderr } = spawnSync('unshare', ['-Ur', 'sh', '-c', script], { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.match(stderr, /a limit is reached: user\.max_user_namespaces is 0 here/);
});

test('A chroot forbids user namespaces, and what may be behind it is listed.', { skip }, () => {
  const script = `mount --rbind / /mnt && cd build && exec chroot /mnt ${process.execPath} ${process.cwd()}/build/js/src/cli/main.js run --user -- true`;
  const { status, stderr } = spawnSync('unshare', ['-Urm', 'sh', '-c', script], { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.match(
    stderr,
    /a new user namespace cannot be made \(EPERM\): no setting .* forbids it; what remains: .* a chroot/,
  );
});

test('Init reaps orphans also where it is not PID 1.', { skip }, () => {
  const { status, stdout } = runNscope(['init', '-v', '--', 'sh', '-c', '(sleep 0.1 & echo orphan $!); sleep 0.4']);
  assert.equal(status, 0);
  const orphan = /orphan (\d+)/.exec(stdout)?.[1];
  assert.match(stdout, new RegExp(`\tinit: SIGCHLD handler: PID ${orphan} terminated\n`));
});
