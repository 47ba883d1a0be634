// RELEASE of processes: which signal ends each, tried on real ones.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { type Held, hold, readOnlyChild, waitForName } from '../../held-process.ts';
import { waitForEnd } from '../../launch/nscope-run.ts';
import { waitUntil } from '../../marked-processes.ts';
import { missing } from '../../tiers.ts';
import { main, runNscope } from '../run-nscope.ts';
import { findRow, nameOf, paste, readHolders, releaseOnly } from './release.ts';

const skip = missing({ root: true, commands: ['unshare', 'env', 'sh'] });

async function withHeld(script: readonly string[], use: (held: Held) => void | Promise<void>): Promise<void> {
  const [command = '', ...words] = script;
  const held = await hold(command, words);
  try {
    await use(held);
  } finally {
    await held.end();
  }
}

/** A process in a network namespace of its own, and a descriptor of it beside, so that it outlives the process. */
async function inNetwork(prefix: readonly string[], use: (pid: number, net: string) => Promise<void>): Promise<void> {
  await withHeld(['unshare', '-n', ...prefix, 'sh', '-c', 'echo; exec sleep 1000'], async ({ pid }) => {
    await waitForName(pid, 'sleep');
    await withHeld(['sh', '-c', `exec 3</proc/${pid}/ns/net; echo; exec sleep 1000`], () =>
      use(pid, nameOf('net', `/proc/${pid}/ns/net`)),
    );
  });
}

test('A process that does nothing about SIGTERM is ended by it.', { skip }, () =>
  inNetwork([], async (pid, net) => {
    assert.equal(await releaseOnly(net, { kind: 'process', pid }), `kill ${pid}`);
  }),
);

for (const way of ['ignore', 'block'])
  test(`A process that is to ${way} SIGTERM is ended by SIGKILL, and it is said why.`, { skip }, () =>
    inNetwork(['env', `--${way}-signal=TERM`], async (pid, net) => {
      process.kill(pid, 'SIGTERM');
      assert.match(findRow(net, { kind: 'process', pid }).releaseNote ?? '', /^it (?:ignores|keeps) SIGTERM/);
      assert.equal(await releaseOnly(net, { kind: 'process', pid }), `kill -KILL ${pid}`);
    }),
  );

test('A process that is stopped is ended by SIGTERM once it goes on.', { skip }, () =>
  inNetwork([], async (pid, net) => {
    process.kill(pid, 'SIGSTOP');
    await waitUntil('it is stopped', () => / T /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')));
    assert.equal(await releaseOnly(net, { kind: 'process', pid }), `kill ${pid} && kill -CONT ${pid}`);
  }),
);

test('Of a handler of SIGTERM it is said that the process may stay, and what ends it then.', { skip }, () =>
  withHeld(['unshare', '-n', 'sh', '-c', 'trap : TERM; echo; while :; do sleep 1000 & wait; done'], async ({ pid }) => {
    const net = nameOf('net', `/proc/${pid}/ns/net`);
    const row = findRow(net, { kind: 'process', pid });
    assert.equal(row.release, `kill ${pid}`);
    const last = /where it stays: (kill -KILL \d+)$/.exec(row.releaseNote ?? '')?.[1] ?? null;
    paste(row.release);
    await waitUntil('it takes the signal', () => readHolders(net).length > 0);
    paste(last);
    await waitUntil('it has ended', () => !readHolders(net).some((one) => one.pid === pid));
  }),
);

test('A signal that is read from a signalfd is handed over; SIGKILL is named beside.', {
  skip: missing({ root: true, commands: ['unshare', 'perl'] }),
}, () => {
  // signalfd4 and sigprocmask, which x86_64 and arm64 number as here.
  const number = process.arch === 'arm64' ? 74 : 289;
  const script = `use POSIX; my $set = POSIX::SigSet->new(SIGTERM); sigprocmask(SIG_BLOCK, $set); my $mask = pack("Q", 1 << 14);
    my $fd = syscall(${number}, -1, $mask, 8, 0); $| = 1; print "\\n"; my $buffer; POSIX::read($fd, $buffer, 128);`;
  return withHeld(['unshare', '-n', 'perl', '-e', script], async ({ pid }) => {
    const net = nameOf('net', `/proc/${pid}/ns/net`);
    assert.match(findRow(net, { kind: 'process', pid }).releaseNote ?? '', /^it handles SIGTERM itself/);
    assert.equal(await releaseOnly(net, { kind: 'process', pid }), `kill ${pid}`);
  });
});

test(
  'The init of a pid namespace, which SIGTERM does not reach, is ended by SIGKILL, whatever it holds.',
  {
    skip,
  },
  () =>
    withHeld(
      ['unshare', '-pf', 'unshare', '-nmuiCTU', '--map-root-user', 'sh', '-c', 'echo; exec sleep 1000'],
      async ({ pid }) => {
        const init = readOnlyChild(pid);
        await waitForName(init, 'sleep');
        const own = readHolders(`${init}`).filter((row) => row.kind === 'process' && row.pid === init);
        assert.deepEqual(own.map(({ holds }) => holds.type).sort(), [...namespaceTypes]);
        for (const { holds, release, releaseNote } of own) {
          assert.equal(release, `kill -KILL ${init}`, holds.type);
          assert.match(releaseNote ?? '', /SIGKILL alone ends the init of a pid namespace.*all processes of its/);
        }
        process.kill(init, 'SIGTERM');
        const net = nameOf('net', `/proc/${init}/ns/net`);
        await releaseOnly(net, { kind: 'process', pid: init });
      },
    ),
);

test('The init of a pid namespace that handles SIGTERM is ended by it, from outside.', { skip }, () =>
  withHeld(
    ['unshare', '-pf', 'unshare', '-n', 'sh', '-c', 'trap exit TERM; echo; while :; do sleep 1000 & wait; done'],
    async ({ pid }) => {
      const init = readOnlyChild(pid);
      const net = nameOf('net', `/proc/${init}/ns/net`);
      const row = findRow(net, { kind: 'process', pid: init });
      assert.equal(row.release, `kill ${init}`);
      assert.match(row.releaseNote ?? '', /all processes of its pid namespace end with it/);
      paste(row.release);
      await waitUntil('it has ended', () => readHolders(net).length === 0);
    },
  ),
);

test('Of a zombie that holds a pid namespace it is said who has to wait for it.', { skip }, () =>
  withHeld(['unshare', '-pf', 'sh', '-c', '(sleep 1000 & true); echo; exec sleep 1000'], async ({ pid }) => {
    const init = readOnlyChild(pid);
    await waitForName(init, 'sleep');
    const orphan = readOnlyChild(init);
    process.kill(orphan, 'SIGKILL');
    await waitForEnd(orphan);
    const row = findRow(nameOf('pid', `/proc/${init}/ns/pid`), { kind: 'process', pid: orphan });
    assert.equal(row.release, null);
    assert.equal(
      row.releaseNote,
      `it has ended already, and goes when process ${init} (sleep 1000) waits for it or ends`,
    );
  }),
);

test('For PID 1 and for kernel threads there is no command.', { skip }, () => {
  for (const pid of [1, 2]) {
    const { stdout } = runNscope(['holders', 'uts:self', '--json']);
    const row = (
      JSON.parse(stdout) as { holders: { pid?: number; release: string | null; releaseNote?: string }[] }
    ).holders.find((one) => one.pid === pid);
    if (row === undefined) continue;
    assert.equal(row.release, null);
    assert.match(row.releaseNote ?? '', pid === 1 ? /init|nothing was read|refused/ : /kernel thread|init|ended/);
  }
});

test('nscope does not propose to end itself, and PIDs of another pid namespace are not for this shell.', {
  skip,
}, () => {
  const inside = (mount: string[]) => ['-pfn', ...mount, process.execPath, main, 'holders', 'net:self', '--json'];
  const read = (words: string[]) => {
    const { stdout } = runInside(words);
    return (
      JSON.parse(stdout) as { holders: { kind: string; pid: number; release: string | null; releaseNote: string }[] }
    ).holders.filter(({ kind }) => kind === 'process');
  };
  const [own] = read(inside(['--mount-proc']));
  assert.equal(own?.release, null);
  assert.match(own?.releaseNote ?? '', /^nscope itself/);
  const rows = read(inside([]));
  assert.ok(rows.length > 0);
  for (const row of rows) {
    assert.equal(row.release, null);
    assert.match(
      row.releaseNote,
      /^process \d+ must end: kill it in the pid namespace that \/proc shows, whose numbers these are/,
    );
  }
});

function runInside(words: readonly string[]): { readonly stdout: string } {
  const { stdout, status, stderr } = spawnSync('unshare', words, { encoding: 'utf8', timeout: 60_000 });
  assert.equal(status, 0, stderr);
  return { stdout };
}

test('A snapshot from a file gives no commands: its PIDs are those of another time.', { skip }, () => {
  const snapshot = runNscope(['snapshot']).stdout;
  const { stdout } = runNscope(['holders', `uts:${process.pid}`, '--json', '--from', '-'], snapshot);
  const { holders } = JSON.parse(stdout) as { holders: { release?: string | null; releaseNote?: string }[] };
  assert.ok(holders.length > 0);
  for (const { release, releaseNote } of holders) {
    assert.equal(release, null);
    assert.match(releaseNote ?? '', /^not known of a snapshot/);
  }
});
