// The commands of watch --exec when there is more to do than they can.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const flood = fileURLToPath(new URL('flood-commands.js', import.meta.url));

test('What finds no room is dropped, counted and said while commands run, and a signal ends it at once.', async (t) => {
  const count = 6000;
  const child = spawn(process.execPath, [flood, String(count)], { stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let notes = '';
  child.stderr.on('data', (bytes) => {
    notes += bytes;
  });
  const closed = once(child, 'close');
  // Timers and signals have their turn although commands end all the time.
  for (const deadline = Date.now() + 10_000; !notes.includes('\n') && Date.now() < deadline; ) await sleep(20);
  assert.match(notes, /^nscope: events were dropped: 4096 wait for the command already \(1904 times\)\n/);
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await closed;
  clearTimeout(timer);
  assert.equal(child.exitCode, 0, 'it does not work off what waits');
  const [, started, dropped] =
    /in all: (\d+) commands were started, 0 failed, (\d+) events were dropped/.exec(notes) ?? [];
  assert.ok(Number(started) > 0, notes);
  assert.equal(Number(started) + Number(dropped), count);
});

test('What has room is started, all of it, and nothing is said of it.', async () => {
  const child = spawn(process.execPath, [flood, '30'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let notes = '';
  child.stderr.on('data', (bytes) => {
    notes += bytes;
  });
  await once(child, 'close');
  assert.deepEqual([child.exitCode, notes], [0, '']);
});
