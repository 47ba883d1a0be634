// nscope run, enter and init where something is unusual: descriptors, bytes, maps, kernels, and a kill at any time.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { compile } from '../../fixtures/compile.ts';
import { listMarked, waitUntil } from '../../marked-processes.ts';
import { missing } from '../../tiers.ts';
import { main } from '../run-nscope.ts';

const skip = missing({ root: true, commands: ['bash', 'unshare', 'mount', 'setpriv', 'od'] });
const nscope = `${process.execPath} ${main}`;

/** A line for bash; `nscope` is a function in it. */
function shell(line: string, env: NodeJS.ProcessEnv = {}) {
  const script = `nscope() { ${nscope} "$@"; }\n${line}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, ...env },
  });
  return { status, stdout: stdout.trim(), stderr: stderr.trim() };
}

for (const [name, words] of [
  ['run', 'run --uts --'],
  ['run --init', 'run --pid --init --'],
  ['enter', 'enter $$ --'],
  ['init', 'init --'],
] as const)
  test(`${name} passes on the descriptors that it was started with, low and high, and none of its own.`, {
    skip,
  }, () => {
    const { stdout, stderr } = shell(
      `exec 3< <(echo three) 7< <(echo seven) 50< <(echo far); nscope ${words} sh -c 'cat <&3; cat /dev/fd/7 /dev/fd/50'`,
    );
    assert.equal(stdout, 'three\nseven\nfar', stderr);
    // Those of this test's own parents may be open as well, in both.
    const list = `ls /proc/self/fd | tr '\\n' ' '`;
    const plain = shell(`exec 3</etc/passwd 4>/dev/null 6</etc/passwd; sh -c "${list}"`).stdout;
    assert.equal(shell(`exec 3</etc/passwd 4>/dev/null 6</etc/passwd; nscope ${words} sh -c "${list}"`).stdout, plain);
  });

test('The two ends of a pipe that nscope was started with are passed on, as make(1) does it.', { skip }, () => {
  const { stdout, stderr } = shell(
    `exec 3< <(sleep 0.1) 4>&1; nscope run --uts -- sh -c 'echo token >&4; readlink /proc/self/fd/3 | cut -c1-5'`,
  );
  assert.equal(stdout, 'token\npipe:', stderr);
});

test('Words that are no UTF-8 reach the command as they are, and complaints show them escaped.', { skip }, () => {
  const bytes = shell(
    String.raw`nscope run --uts -- printf '%s.' $'a\xffb' $'\xc3\xa9\xf0\x9f\x90\xa7' '' $'\xed\xa0\x80' | od -An -tx1`,
  );
  assert.equal(bytes.stdout.replace(/\s+/g, ' '), '61 ff 62 2e c3 a9 f0 9f 90 a7 2e 2e ed a0 80 2e');
  const wrong = shell(String.raw`nscope run --uts -- $'no\xff\e[31mcommand'`);
  assert.equal(wrong.status, 127);
  assert.equal(wrong.stderr, String.raw`nscope: no\xff\e[31mcommand: no such command`);
  const environment = shell(
    String.raw`X=$'v\xfe' bash -c 'exec sleep 60' & sleep 0; until grep -qa sleep /proc/$!/comm; do :; done; nscope enter $! --env target -- printenv X | od -An -tx1; kill $!`,
  );
  assert.equal(environment.stdout, '76 fe 0a', environment.stderr);
});

test('--map-auto maps the ids of /etc/subuid around the one that was asked for.', { skip }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-subuid-'));
  try {
    writeFileSync(join(directory, 'ids'), 'root:300000:100\n');
    const binds = `mount --bind ${directory}/ids /etc/subuid && mount --bind ${directory}/ids /etc/subgid`;
    const read = `${nscope} run --map-auto --map-user 7 -- sh -c "cat /proc/self/uid_map; id -g"`;
    const { stdout, stderr } = shell('unshare -m bash -c "$SCRIPT"', { SCRIPT: `${binds} && ${read}` });
    assert.equal(stdout.replace(/ +/g, ' ').replace(/^ /gm, ''), '0 300000 7\n7 0 1\n8 300007 93\n7', stderr);
    // Without CAP_SETUID no more than one's own id may be mapped.
    const powerless = `setpriv --bounding-set=-setuid,-setgid --inh-caps=-setuid,-setgid ${nscope} run --map-auto -- true`;
    const refused = shell('unshare -m bash -c "$SCRIPT"', { SCRIPT: `${binds} && ${powerless}` });
    assert.equal(refused.status, 2, refused.stderr);
    assert.match(refused.stderr, /id_map refused the map "0 0 1.*" \(EPERM\): .* without CAP_SETUID and CAP_SETGID/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

/** unshare(2) answers with this errno. */
function denyUnshare(errno: number): string {
  return `${compile('test/fixtures/deny-calls.c')} ${errno} ${process.arch === 'arm64' ? 97 : 272}`;
}

for (const [setting, value, advice] of [
  ['unprivileged_userns_clone', 0, 'sysctl kernel.unprivileged_userns_clone=1'],
  ['apparmor_restrict_unprivileged_userns', 1, 'sysctl kernel.apparmor_restrict_unprivileged_userns=0'],
] as const)
  test(`Where kernel.${setting} forbids user namespaces it is named, with what to do.`, {
    skip: skip || missing({ commands: ['cc'] }),
  }, () => {
    // As a kernel with that setting answers: EPERM.
    const settings = `mount -t tmpfs x /proc/sys/kernel && echo ${value} >/proc/sys/kernel/${setting}`;
    const { status, stderr } = shell(
      `unshare -m sh -c '${settings} && exec ${denyUnshare(1)} ${nscope} run --map-root -- true'`,
    );
    assert.equal(status, 2);
    assert.match(
      stderr,
      new RegExp(`a new user namespace cannot be made \\(EPERM\\): kernel\\.${setting} is ${value}`),
    );
    assert.ok(stderr.includes(advice), stderr);
  });

test('A type that the kernel lacks is named, with the version that it came with.', {
  skip: skip || missing({ commands: ['cc'] }),
}, () => {
  // As such a kernel answers: EINVAL, and no link in /proc.
  const { status, stderr } = shell(
    `unshare -m sh -c 'mount -t tmpfs x /proc && exec ${denyUnshare(22)} ${nscope} run --time -- true'`,
  );
  assert.equal(status, 2);
  assert.match(stderr, /^nscope: this kernel has no time namespaces: they came with Linux 5\.6/);
});

test('A run that is killed at any time leaves no process, no mount and no file behind.', { skip }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-killed-'));
  const mounts = readFileSync('/proc/self/mountinfo', 'latin1');
  const value = `${process.pid}-killed`;
  try {
    for (let delayMs = 0; delayMs <= 220; delayMs += 20) {
      const words = [main, 'run', '--map-root', '--pid', '--mount-proc', '--net', '--init', '--', 'sleep', '300'];
      const child = spawn(process.execPath, words, {
        env: { ...process.env, NSCOPE_TEST_MARK: value, TMPDIR: directory },
        stdio: 'ignore',
      });
      const exit = once(child, 'exit');
      await sleep(delayMs);
      child.kill('SIGKILL');
      await exit;
      await waitUntil(
        `all is gone after a kill at ${delayMs} ms`,
        () => listMarked(`NSCOPE_TEST_MARK=${value}`).length === 0,
      );
    }
    assert.deepEqual(readdirSync(directory), []);
    assert.equal(readFileSync('/proc/self/mountinfo', 'latin1'), mounts);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
