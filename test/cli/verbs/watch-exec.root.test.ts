// nscope watch --exec: a command for each event, whatever the command does.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { missing } from '../../tiers.ts';
import { main } from '../run-nscope.ts';

const skip = missing({ root: true, commands: ['unshare', 'setpriv'] });

/** Starts watch, and waits until it watches. */
async function startWatch(t: TestContext, words: readonly string[]) {
  const child = spawn(process.execPath, [main, 'watch', ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const told = { output: '', notes: '' };
  child.stdout.on('data', (bytes) => {
    told.output += bytes;
  });
  child.stderr.on('data', (bytes) => {
    told.notes += bytes;
  });
  const closed = once(child, 'close');
  t.after(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  while (!told.notes.includes('events come by') && child.exitCode === null) await sleep(20);
  await sleep(200);
  return { child, told, closed };
}

async function becomesTrue(isIt: () => boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; !isIt(); await sleep(50)) assert.ok(Date.now() < deadline, what);
}

/** A user namespace for a moment, of nobody or of root. */
function visit(uid: number): void {
  const { status } = spawnSync('setpriv', [
    ...['--reuid', String(uid), '--regid', String(uid), '--clear-groups'],
    ...['unshare', '-U', 'sleep', '0.2'],
  ]);
  assert.equal(status, 0);
}

const alarm = 'event == "created" && type == "user" && comm == "unshare" && user != "root"';

test('A new user namespace of another user starts the command, with the event and nothing of nscope’s own.', {
  skip,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-exec-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'alarms');
  const script =
    'read -r line; echo "$line $1 $NSCOPE_EVENT $NSCOPE_TYPE $NSCOPE_UID" >>"$0"; ls -l /proc/$$/fd >"$0.fds"';
  // To a shell these words would be more than one.
  const word = '$(exit);"two words"';
  const { child, told, closed } = await startWatch(t, ['--filter', alarm, '--exec', 'sh', '-c', script, file, word]);
  const read = (): string[] => {
    try {
      return readFileSync(file, 'utf8').split('\n').filter(Boolean);
    } catch {
      return [];
    }
  };
  visit(0);
  visit(65534);
  visit(65534);
  await becomesTrue(() => read().length >= 2, told.notes);
  await sleep(500);
  child.kill('SIGTERM');
  await closed;
  assert.equal(child.exitCode, 0);
  assert.equal(told.output, '', 'it prints no event itself');
  const lines = read();
  assert.equal(lines.length, 2);
  for (const line of lines) {
    const end = ` ${word} created user 65534`;
    assert.ok(line.endsWith(end), line);
    const event = JSON.parse(line.slice(0, -end.length));
    assert.deepEqual(
      [event.event, event.namespace.type, event.process.uid, event.process.comm],
      ['created', 'user', 65534, 'unshare'],
    );
  }
  const descriptors = readFileSync(`${file}.fds`, 'utf8').match(/ \d+ -> .*/g) ?? [];
  assert.ok(descriptors.length >= 3);
  assert.doesNotMatch(descriptors.join('\n'), /bpf|anon_inode|ns:\[/);
});

test('A command that fails or hangs is said, ended with all that it started, and keeps no event from the next.', {
  skip,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-exec-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'pids');
  const hang = 'trap "" TERM; sleep 300 & echo $! >>"$0"; wait; sleep 300';
  const words = ['--filter', alarm, '--jobs', '1', '--timeout', '0.5', '--exec', 'sh', '-c', hang, file];
  const hanging = await startWatch(t, words);
  const failing = await startWatch(t, ['--filter', alarm, '--exec', 'sh', '-c', 'exit 3']);
  visit(65534);
  visit(65534);
  await becomesTrue(
    () => (hanging.told.notes.match(/sh was ended after 0\.5 s/g) ?? []).length >= 2,
    hanging.told.notes,
  );
  await becomesTrue(() => /sh ended with status 3/.test(failing.told.notes), failing.told.notes);
  hanging.child.kill('SIGINT');
  failing.child.kill('SIGINT');
  await Promise.all([hanging.closed, failing.closed]);
  assert.match(hanging.told.notes, /in all: 2 commands were started, 2 failed, 0 events were dropped/);
  assert.match(failing.told.notes, /in all: 2 commands were started, 2 failed, 0 events were dropped/);
  const pids = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  assert.equal(pids.length, 2);
  for (const pid of pids) await becomesTrue(() => hasEnded(pid), `${pid} is still there`);
});

function hasEnded(pid: string): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return true;
  }
}
