// run on a terminal: keys, job control, the size of the window, and whose the terminal is afterwards.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, test } from 'node:test';
import { readChildren } from '../held-process.ts';
import { missing } from '../tiers.ts';
import { keys, nscope, TerminalSession, terminalNeeds } from './terminal-session.ts';

const skip = missing({ root: true, ...terminalNeeds });
let terminal: TerminalSession;

beforeEach(async () => {
  if (skip) return;
  terminal = new TerminalSession();
  await terminal.ready();
});

afterEach(async () => {
  if (!skip) await terminal.end();
});

/** Starts a command that says when it runs. */
async function start(options: string, command: string): Promise<void> {
  terminal.enter(`${nscope} run ${options} -- ${command}`);
  await terminal.shows(/\nbegun\n/);
}

/**
 * Starts sleep, and waits until it is that: a shell that is about to become it catches SIGINT, and sends it to itself in
 * its own way, which as PID 1 it does not receive.
 */
async function startSleep(options: string): Promise<void> {
  terminal.enter(`${nscope} run --json ${options} -- sleep 300`);
  const [, pid = ''] = /"pid":(\d+)\}\}\n/.exec(await terminal.shows(/"pid":\d+\}\}\n/)) ?? [];
  await waitUntil(() => [Number(pid), ...readChildren(Number(pid))].some((one) => readName(one) === 'sleep'));
}

function readName(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, 'latin1').trim();
}

async function waitUntil(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 15_000; !holds(); await new Promise((resolve) => setTimeout(resolve, 5)))
    assert.ok(Date.now() < deadline, 'the command did not become sleep');
}

test('A shell as PID 1 has job control, and the outer shell has the terminal again when it has ended.', {
  skip,
}, async () => {
  terminal.enter(`PS1='inside> ' ${nscope} run --pid --mount-proc -- bash --norc --noprofile -i`);
  await terminal.shows(/inside> $/);
  terminal.enter('echo "pid $$"');
  await terminal.shows(/\npid 1\ninside> $/);
  terminal.enter('sleep 300');
  await new Promise((resolve) => setTimeout(resolve, 300));
  terminal.type(keys.interrupt);
  await terminal.shows(/inside> $/);
  terminal.enter('echo "status $?"; sleep 301');
  await terminal.shows(/\nstatus 130\n/);
  await new Promise((resolve) => setTimeout(resolve, 300));
  terminal.type(keys.suspend);
  await terminal.shows(/Stopped .*sleep 301\ninside> $/s);
  terminal.enter('kill -KILL %1; sleep 0.3');
  await terminal.shows(/inside> $/);
  terminal.enter('exit 5');
  await terminal.ready();
  assert.equal(await terminal.ask('echo "status $?"'), 'status 5');
  assert.equal(await terminal.ask('cat <<<again'), 'again');
});

for (const options of ['--uts', '--pid', '--pid --init'])
  test(`With ${options} Ctrl-C ends the command, and the status is 130.`, { skip }, async () => {
    await startSleep(options);
    terminal.type(keys.interrupt);
    await terminal.ready();
    assert.equal(await terminal.ask('echo "status $?"'), 'status 130');
  });

for (const options of ['--uts', '--pid', '--pid --init'])
  test(`With ${options} Ctrl-Z stops nscope and the command, and fg goes on with both.`, { skip }, async () => {
    // A shell that has just made a child by vfork(2) cannot be stopped until the child is on its own.
    await start(options, `sh -c 'sleep 1 & sleep 0.2; echo begun; wait; echo done'`);
    terminal.type(keys.suspend);
    await terminal.shows(/Stopped/);
    await terminal.ready();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.doesNotMatch(await terminal.ask('jobs'), /done\n/);
    terminal.enter('fg');
    await terminal.shows(/\ndone\n/);
    await terminal.ready();
    assert.equal(await terminal.ask('echo "status $?"'), 'status 0');
  });

test('A loop of the shell ends when Ctrl-C ends the command in it.', { skip }, async () => {
  terminal.enter(`for i in 1 2 3; do ${nscope} run --uts -- sh -c 'echo begun; exec sleep 300'; done`);
  await terminal.shows(/\nbegun\n/);
  terminal.type(keys.interrupt);
  assert.doesNotMatch(await terminal.ready(), /begun/);
});

test('A new size of the window reaches the command.', { skip }, async () => {
  const device = await terminal.ask('tty');
  await start(
    '--pid --init',
    `bash -c 'trap "stty size" WINCH; trap exit INT; echo begun; while :; do sleep 0.1; done'`,
  );
  assert.equal(spawnSync('stty', ['-F', device, 'rows', '33', 'cols', '99']).status, 0);
  await terminal.shows(/33 99\n/);
  terminal.type(keys.interrupt);
  await terminal.ready();
});

test('The modes that a command sets on the terminal stay.', { skip }, async () => {
  terminal.enter(`${nscope} run --uts -- stty tostop; stty -a | grep -o -- '-\\?tostop'`);
  assert.match(await terminal.ready(), /\ntostop\n/);
});
