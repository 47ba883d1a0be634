// The FUSE file system of a user is looked at with care: whatever nscope asks of the namespaces that it is mounted in, it
// stays mounted and goes on to answer its user.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../../tiers.ts';
import { assertUnharmed, makeRoom, mountSilent, pathIn, runTimed } from './hostile-host.ts';

const skip = missing({ root: true, commands: ['unshare', 'setpriv', 'nsenter', 'mknod', 'cc'], files: ['/dev/fuse'] });

const nobody = 65534;
const asNobody = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];

/** A directory of the user nobody's. */
function makeUserRoom(...[t]: Parameters<typeof makeRoom>): string {
  const { root } = makeRoom(t);
  chmodSync(join(root, '..'), 0o755);
  const directory = pathIn(root, 'user');
  mkdirSync(directory);
  chownSync(directory, nobody, nobody);
  return directory;
}

/** Asks all of the namespaces of a process, while its file system answers and while it does not. */
function askAround(pid: number, server: Pick<Awaited<ReturnType<typeof mountSilent>>, 'silence' | 'speak'>): void {
  const names = (['mnt', 'user'] as const).map((type) => `${type}:[${statSync(`/proc/${pid}/ns/${type}`).ino}]`);
  const usual = runTimed(['ls']);
  for (const before of [server.speak, server.silence]) {
    before();
    for (const words of [...names.map((name) => ['holders', name]), ['show', String(pid)], ['workloads']]) {
      const run = runTimed(words);
      assert.ok(run.status === 0 || words[0] === 'workloads', run.output);
      assertUnharmed(run, usual, words.join(' '));
    }
  }
  server.speak();
}

test('A FUSE file system in a user namespace is still mounted and answers after it was asked who holds that.', {
  skip,
}, async (t) => {
  const directory = makeUserRoom(t);
  // A device that the user may open, which is seen in one mount namespace alone.
  const script =
    'mount -t tmpfs devices "$1" && mknod -m 666 "$1/fuse" c 10 229 && mount --bind "$1/fuse" /dev/fuse && umount -l "$1" && shift && exec "$@"';
  const around = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', script, 'sh', directory];
  const server = await mountSilent(t, directory, [...around, ...asNobody, 'unshare', '-Urm']);
  const inside = (...words: string[]) =>
    spawnSync('nsenter', ['-t', String(server.pid), '-U', '-m', '--', ...words], { encoding: 'utf8', timeout: 20_000 });
  assert.equal(inside('cat', join(directory, 'file')).stdout, 'silent\n');
  const before = inside('cat', '/proc/self/mountinfo').stdout;
  assert.match(before, new RegExp(`${directory} .* - fuse.silent`));
  askAround(server.pid, server);
  assert.equal(inside('cat', join(directory, 'file')).stdout, 'silent\n');
  assert.equal(inside('cat', '/proc/self/mountinfo').stdout, before);
});

test('A FUSE file system that is mounted for a user on the host answers him after the same.', { skip }, async (t) => {
  const directory = makeUserRoom(t);
  const server = await mountSilent(t, directory, [], nobody);
  const [command = '', ...words] = [...asNobody, 'cat', join(directory, 'file')];
  const read = () => spawnSync(command, words, { encoding: 'utf8', timeout: 20_000 }).stdout;
  assert.equal(read(), 'silent\n');
  assert.notEqual(spawnSync('cat', [join(directory, 'file')], { timeout: 20_000 }).status, 0, 'root may read it too');
  askAround(server.pid, server);
  assert.equal(read(), 'silent\n');
  assert.match(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(`${directory} .* - fuse.silent`));
});
