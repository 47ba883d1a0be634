// nscope why with settings of the whole host, and where root observes. `node build/js/test/kernels/run.js 6.1 FILE` runs it on a kernel
// that has the setting of Debian.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { GateFinding } from '../../../src/analysis/refusals/explain.ts';
import { compile } from '../../fixtures/compile.ts';
import { missing } from '../../tiers.ts';
import { listHierarchies } from '../../workloads/pretenders.ts';
import { main } from '../run-nscope.ts';

const skip = missing({ root: true, commands: ['unshare', 'setpriv', 'mount', 'cc'] });
const nscope = [process.execPath, main, 'why', '--json'];
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

interface Refused {
  readonly verdict?: string;
  readonly refused?: { readonly errno: string } | null;
  readonly findings: readonly GateFinding[];
}

interface Answer {
  readonly verdicts: readonly { readonly what: string; readonly refusals: readonly Refused[] }[];
  readonly refusals: readonly Refused[];
  readonly entries: readonly Refused[];
}

function ask(words: readonly string[]): { readonly status: number | null; readonly answer: Answer } {
  const [program = '', ...rest] = words;
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8', timeout: 60_000 });
  assert.match(stdout, /^\{/, stderr);
  return { status, answer: JSON.parse(stdout) as Answer };
}

function gatesOf(refused: Refused | undefined): string[] {
  return (refused?.findings ?? []).map(({ gate, certainty }) => `${gate} ${certainty}`);
}

const setting = '/proc/sys/kernel/unprivileged_userns_clone';

test('Where Debian’s setting forbids user namespaces it is named, and root may; elsewhere it is not named.', {
  skip,
}, () => {
  const words = [...nobody, ...nscope, '--type', 'user'];
  if (!existsSync(setting)) {
    const { status, answer } = ask(words);
    assert.deepEqual([status, answer.verdicts[0]?.refusals], [0, []]);
    return;
  }
  const before = readFileSync(setting, 'latin1');
  writeFileSync(setting, '0');
  try {
    const { status, answer } = ask(words);
    assert.deepEqual([status, gatesOf(answer.verdicts[0]?.refusals[0])], [1, ['userns-clone certain']]);
    assert.equal(ask([...nscope, '--type', 'user']).status, 0);
  } finally {
    writeFileSync(setting, before);
  }
});

test('A /proc that was mounted with other rules for access times refuses a new one, and is named.', { skip }, () => {
  const script = 'mount -t proc -o noatime proc /proc && exec "$@"';
  const { answer } = ask(['unshare', '-m', 'sh', '-c', script, 'sh', ...nobody, ...nscope, '--type', 'user']);
  const refused = answer.verdicts.find(({ what }) => what === 'proc')?.refusals[0];
  assert.deepEqual(gatesOf(refused), ['masked certain']);
  assert.match(refused?.findings[0]?.evidence.join() ?? '', /\/proc has noatime, and the new one would have relatime/);
});

test('A setuid program that root observes has its privileges, unless no_new_privs is set.', { skip }, () => {
  const gained = ask([...nscope, '--', ...nobody, 'mount', '--version']);
  assert.deepEqual([gained.status, gained.answer.refusals], [0, []]);
  const never = ask([...nscope, '--', ...nobody, '--no-new-privs', 'mount', '--version']);
  assert.deepEqual([never.status, gatesOf(never.answer.refusals[0])], [1, ['no-new-privs certain']]);
});

test('A control group that is full is named to a command whose child is to have namespaces.', { skip }, () => {
  // That of version 1 has the controller pids, where there is one.
  const group = join(listHierarchies().at(-1) ?? assert.fail('needs a control group'), `nscope-why-${process.pid}`);
  mkdirSync(group);
  try {
    for (const [max, gates] of [
      ['1', ['tasks certain']],
      ['2', undefined],
    ] as const) {
      writeFileSync(join(group, 'pids.max'), max);
      const words = [
        'sh',
        '-c',
        'echo $$ >"$1/cgroup.procs"; shift; exec "$@"',
        'sh',
        group,
        compile('test/fixtures/clone-user.c'),
      ];
      const { answer } = ask([...nscope, '--', ...words]);
      const found = answer.refusals.find((one) => one.refused?.errno === 'EAGAIN');
      assert.deepEqual(found && gatesOf(found), gates, max);
      if (found) assert.deepEqual(found.findings[0]?.evidence, [`${group}/pids.max is 1; now: 1`]);
    }
  } finally {
    rmdirSync(group);
  }
});

test('A capability that is missing to enter is named.', { skip }, async () => {
  const sleeper = spawn('unshare', ['--net', 'sh', '-c', 'echo; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise((resolve) => sleeper.stdout.once('data', resolve));
    const words = [...nscope, '--enter', String(sleeper.pid), '--type', 'net'];
    const may = ask(words);
    assert.deepEqual([may.status, may.answer.entries[0]?.verdict], [0, 'directly']);
    const { status, answer } = ask(['setpriv', '--bounding-set=-sys_admin', ...words]);
    assert.equal(status, 1);
    assert.equal(gatesOf(answer.entries[0])[0], 'capability certain');
    assert.equal(answer.entries[0]?.findings[0]?.fix.command, `sudo nscope enter ${sleeper.pid}`);
  } finally {
    sleeper.kill('SIGKILL');
  }
});
