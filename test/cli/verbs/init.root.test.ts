// nscope init and orphan, as the session of an article on pid namespaces has them, and ten thousand orphans.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startNscope } from '../../launch/nscope-run.ts';
import { keys, nscope, TerminalSession, terminalNeeds } from '../../launch/terminal-session.ts';
import { missing } from '../../tiers.ts';
import { main, runNscope } from '../run-nscope.ts';

const skip = missing({ root: true, commands: ['ps', 'mount'] });
const own = [process.execPath, main] as const;

test('A prompting init in a new pid namespace tells of its children and of the orphan that it adopts.', {
  skip,
}, () => {
  const { status, stdout } = runNscope(['run', '-p', '--', ...own, 'init', '-v'], 'orphan\nsleep 0.5\n');
  assert.equal(status, 0);
  const said = stdout.replaceAll('init$ ', '').split('\n');
  // The child of the orphan's parent speaks when it gets to run; all else has one order.
  const child = said.filter((line) => /^Child|: PID 3/.test(line));
  assert.deepEqual(child, [
    'Child  (PID=3) now an orphan (parent PID=1)',
    'Child  (PID=3) terminating',
    '\tinit: SIGCHLD handler: PID 3 terminated',
  ]);
  assert.deepEqual(
    said.filter((line) => !child.includes(line)),
    [
      '\tinit: my PID is 1',
      '\tinit: created child 2',
      'Parent (PID=2) created child with PID 3',
      'Parent (PID=2; PPID=1) terminating',
      '\tinit: SIGCHLD handler: PID 2 terminated',
      '\tinit: created child 4',
      '\tinit: SIGCHLD handler: PID 4 terminated',
      '\tinit: exiting',
      '',
    ],
  );
});

test('With a mount namespace and a /proc of its own, ps shows init and itself.', { skip }, () => {
  const lines = 'mount --make-rprivate /\nmount -t proc proc /proc\nps -eo pid=,comm=\n';
  const { stdout } = runNscope(['run', '-p', '-m', '--', ...own, 'init'], lines);
  const rows = stdout
    .replaceAll('init$ ', '')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  assert.deepEqual(
    rows.map(([pid]) => pid),
    ['1', '4'],
  );
  assert.equal(rows[1]?.[1], 'ps');
});

test('The verb orphan is adopted by the init of its namespace, not by that of the host.', { skip }, () => {
  const script = `${own.join(' ')} orphan; sleep 0.5`;
  const { stdout } = runNscope(['run', '-p', '--init', '--', 'sh', '-c', script]);
  assert.match(
    stdout,
    /^Parent \(PID=(\d+)\) created child with PID (\d+)\nParent \(PID=\1; PPID=2\) terminating\nChild {2}\(PID=\2\) now an orphan \(parent PID=1\)\nChild {2}\(PID=\2\) terminating\n$/,
  );
});

test('What enters the namespace of an init has no parent there, and init reaps what it leaves.', { skip }, async () => {
  const running = startNscope([
    'run',
    '--json',
    '-p',
    '--',
    ...own,
    'init',
    '-v',
    '--',
    'sh',
    '-c',
    'echo begun; sleep 300',
  ]);
  const made = JSON.parse((await running.line(/^\{.*/))[0]) as { process: { pid: number } };
  await running.line(/^begun$/);
  const entered = runNscope(['enter', '-f', '-n', `/proc/${made.process.pid}/ns/pid`, ...own, 'orphan']);
  const [, parent = '', child = ''] =
    /^Parent \(PID=(\d+)\) created child with PID (\d+)\nParent \(PID=\1; PPID=0\) terminating\n/.exec(
      entered.stdout,
    ) ?? [];
  assert.notEqual(child, '', entered.stdout);
  await running.line(new RegExp(`init: SIGCHLD handler: PID ${child} terminated`));
  assert.ok(!running.lines.some((line) => line.includes(`PID ${parent} terminated`)), 'its parent outside reaped it');
  running.kill('SIGTERM');
  assert.equal(await running.end(), 143);
});

for (const [count, rounds, name, words] of [
  ['Two', 20, 'run --init', ['run', '--pid', '--mount-proc', '--init', '--']],
  ['Ten', 100, 'init as PID 1', ['run', '--pid', '--mount-proc', '--', ...own, 'init', '--']],
] as const)
  test(`${count} thousand orphans pass through ${name} without a zombie.`, { skip }, () => {
    // Each is made by a process that ends at once; what a zombie would show is counted while they come, and at the end.
    const script = `
      for round in $(seq ${rounds}); do
        for each in $(seq 100); do (: &) ; done
      done
      sleep 1
      most=0; for file in /proc/[0-9]*/stat; do case "$(cat $file 2>/dev/null)" in *') Z '*) most=$((most + 1));; esac; done
      echo zombies $most; : & echo last $!; wait`;
    const { status, stdout, stderr } = runNscope([...words, 'sh', '-c', script]);
    assert.equal(status, 0, stderr);
    const [, zombies, last] = /zombies (\d+)\nlast (\d+)\n/.exec(stdout) ?? [];
    assert.equal(zombies, '0');
    assert.ok(Number(last) > rounds * 200, `two processes were made for each of ${rounds * 100} orphans: ${last}`);
  });

test('Init gives the status of its command, and passes signals on.', { skip }, async () => {
  assert.equal(runNscope(['init', '--', 'sh', '-c', 'exit 9']).status, 9);
  assert.equal(runNscope(['init', '--', 'no-such-command']).status, 127);
  const running = startNscope([
    'init',
    '--',
    'sh',
    '-c',
    'trap "exit 8" USR1; echo begun; while :; do sleep 0.05; done',
  ]);
  await running.line(/^begun$/);
  running.kill('SIGUSR1');
  assert.equal(await running.end(), 8);
});

test('The prompt ends with the status that exit is given, and is not stopped by a command that is killed.', {
  skip,
}, () => {
  const { status, stdout } = runNscope(
    ['run', '-p', '--', ...own, 'init'],
    'kill -KILL $$\necho $((40 + 2))\n\nexit 3\n',
  );
  assert.equal(status, 3);
  assert.match(stdout, /init\$ init\$ 42\ninit\$ init\$ $/);
});

test('The prompt of PID 1 drops what the kernel keeps from an init: signals from inside of its namespace.', {
  skip,
}, async () => {
  const lines = [
    'kill -HUP 1; kill -TERM 1; kill -INT 1; kill -QUIT 1',
    "perl -e 'kill TERM => 1; select undef, undef, undef, 0.3'",
    'echo still here',
  ];
  const { status, stdout, stderr } = runNscope(['run', '-p', '--', ...own, 'init'], `${lines.join('\n')}\n`);
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /init\$ still here\ninit\$ $/m);
  for (const signal of ['SIGHUP', 'SIGTERM'] as const) {
    const running = startNscope(['run', '-p', '--', ...own, 'init'], 'pipe');
    running.write('echo begun\n');
    await running.line(/begun$/);
    running.kill(signal);
    assert.notEqual(await running.end(), 0, `${signal} from outside ends it`);
  }
});

test('On a terminal the prompt has job control.', { skip: skip || missing(terminalNeeds) }, async () => {
  const terminal = new TerminalSession();
  try {
    await terminal.ready();
    terminal.enter(`${nscope} run -p -m --mount-proc -- ${nscope} init`);
    await terminal.shows(/init\$ $/);
    // A key that comes while a shell makes a child is lost to one of them: both wait with none in the making.
    terminal.enter('sleep 300 & echo begun; wait');
    await terminal.shows(/\nbegun\n/);
    terminal.type(keys.interrupt);
    await terminal.shows(/init\$ $/);
    terminal.enter('sleep 1 & sleep 0.2; echo begun; wait; echo awake');
    await terminal.shows(/\nbegun\n/);
    terminal.type(keys.suspend);
    await terminal.shows(/\] stopped; fg goes on with it\ninit\$ $/);
    terminal.enter('fg');
    await terminal.shows(/\nawake\ninit\$ $/);
    terminal.type(keys.endOfInput);
    await terminal.ready();
    assert.equal(await terminal.ask('echo "status $?"'), 'status 0');
  } finally {
    await terminal.end();
  }
});

test('No descriptor of nscope reaches the first process of a namespace that stays.', { skip }, async () => {
  const running = startNscope(['run', '--json', '--pid', '--init', '--', 'sh', '-c', 'echo begun; sleep 300']);
  const made = JSON.parse((await running.line(/^\{.*/))[0]) as { process: { pid: number } };
  await running.line(/^begun$/);
  const sockets = readdirSync(`/proc/${made.process.pid}/fd`).length;
  assert.ok(sockets > 0);
  assert.equal(readFileSync(`/proc/${made.process.pid}/comm`, 'latin1'), 'init\n');
  running.kill('SIGTERM');
  await running.end();
});
