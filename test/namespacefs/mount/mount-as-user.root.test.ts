// namespacefs, mounted by an ordinary user through fusermount3. Root makes the place for it: a /dev/fuse that anybody may
// open, in a mount namespace of the test's own.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { main } from '../../cli/run-nscope.ts';
import { missing } from '../../tiers.ts';
import { makeDirectory } from '../mounted.ts';

const skip = missing({ root: true, commands: ['fusermount3', 'setpriv', 'unshare', 'mknod'], files: ['/dev/fuse'] });

const nobody = 65534;

/** Runs a script as uid 65534; `$1` is an empty directory of that user, `$2` one of root's, `$NSCOPE` the command. */
function runAsUser(t: { after(done: () => void): void }, script: string, prepare = '') {
  const directory = makeDirectory();
  const scratch = makeDirectory();
  chownSync(directory, nobody, nobody);
  t.after(() => {
    rmSync(scratch, { recursive: true });
    rmSync(directory, { recursive: true });
  });
  const asRoot = `
    mount --make-rprivate / && chmod 755 ${scratch} && mkdir ${scratch}/of-root && mknod ${scratch}/fuse c 10 229 && chmod 666 ${scratch}/fuse &&
    mount --bind ${scratch}/fuse /dev/fuse && ${prepare || 'true'} &&
    exec setpriv --reuid=${nobody} --regid=${nobody} --clear-groups sh -c "$SCRIPT" sh ${directory} ${scratch}/of-root`;
  const { stdout, stderr, status } = spawnSync('unshare', ['-m', 'sh', '-c', asRoot], {
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, SCRIPT: script, NSCOPE: `${process.execPath} ${main}` },
  });
  return { stdout, stderr, status, directory };
}

test('A user mounts through fusermount3, sees what he may see, and unmounts.', { skip }, (t) => {
  const { stdout, stderr, status } = runAsUser(
    t,
    `$NSCOPE mount --daemon "$1" || exit
    unshare -Ur sleep 60 & pid=$!
    while ! [ "$(readlink /proc/$pid/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do sleep 0.05; done
    i=0; while ! [ -e "$1/by-pid/$pid/user/uid_map" ] && [ $i -lt 200 ]; do i=$((i + 1)); sleep 0.1; done
    cat "$1/by-pid/$pid/user/uid_map"
    stat -c %u "$1/by-pid/$pid/user/uid_map"
    grep " $1 " /proc/self/mountinfo
    kill $pid
    fusermount3 -u "$1" && ls -A "$1" | wc -l`,
  );
  assert.equal(status, 0, stderr);
  const [map, uid, mount, left] = stdout.trim().split('\n');
  assert.deepEqual(map?.trim().split(/ +/), ['0', String(nobody), '1']);
  assert.equal(uid, String(nobody));
  assert.match(
    mount ?? '',
    / rw,nosuid,nodev,noexec,.* - fuse\.namespacefs namespacefs rw,user_id=65534,group_id=65534$/,
  );
  assert.equal(left, '0');
});

test('What a user left behind with SIGKILL is mended by his next mount.', { skip }, (t) => {
  const { stdout, stderr, status } = runAsUser(
    t,
    `$NSCOPE mount "$1" & pid=$!
    i=0; while ! [ -d "$1/initial" ] && [ $i -lt 300 ]; do i=$((i + 1)); sleep 0.1; done
    kill -KILL $pid; wait $pid 2>/dev/null
    sleep 0.2; ls "$1" 2>&1
    $NSCOPE mount --daemon "$1" && ls "$1" && fusermount3 -u "$1"`,
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /Transport endpoint is not connected/);
  assert.match(stdout, /^initial$/m);
});

test('Without fusermount3, or where it refuses, a sentence says so and the status is 2.', { skip }, (t) => {
  const without = runAsUser(t, 'PATH=/nonexistent; exec $NSCOPE mount "$1"');
  assert.equal(without.status, 2);
  assert.equal(without.stderr, `nscope: ${without.directory}: fusermount3 is not installed (Debian: fuse3)\n`);
  const refused = runAsUser(t, 'exec $NSCOPE mount "$1"', 'chmod 600 /dev/fuse');
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /^nscope: \S+: fusermount3: failed to open \/dev\/fuse: Permission denied\n$/);
  const foreign = runAsUser(t, 'exec $NSCOPE mount "$2"');
  assert.equal(foreign.status, 2);
  assert.match(foreign.stderr, /^nscope: \S+: fusermount3: user has no write access to mountpoint/);
});
