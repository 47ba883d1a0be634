// Waiting for descriptors that come and go while a thread of the addon waits.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { requireAddon } from '../../../src/kernel/addon/require-addon.ts';
import { Readiness, readable } from '../../../src/kernel/own/readiness.ts';
import { countDescriptors } from '../open-descriptors.ts';

const directory = mkdtempSync(join(tmpdir(), 'nscope-readiness-'));
after(() => rmSync(directory, { recursive: true, force: true }));

let made = 0;
function openFifos(count: number): number[] {
  const paths = Array.from({ length: count }, () => join(directory, String(made++)));
  execFileSync('mkfifo', paths);
  return paths.map((path) => openSync(path, constants.O_RDWR | constants.O_NONBLOCK));
}

async function becomes(is: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !is(); await sleep(5)) assert.ok(Date.now() < deadline, String(is));
}

test('A descriptor that is added later is waited for, again after each time, and not once it was removed.', async () => {
  const before = countDescriptors();
  const readiness = new Readiness(requireAddon());
  const fds = openFifos(3);
  const told = fds.map(() => 0);
  const add = (place: number) => {
    const fd = fds[place] ?? -1;
    const ready = () => {
      readSync(fd, Buffer.alloc(16));
      told[place] = (told[place] ?? 0) + 1;
    };
    return readiness.add({ fd, events: readable, ready });
  };
  const write = (place: number) => writeSync(fds[place] ?? -1, 'x');
  add(0);
  write(0);
  await becomes(() => told[0] === 1);
  const remove = add(1);
  for (const count of [1, 2]) {
    write(1);
    await becomes(() => told[1] === count);
  }
  remove();
  write(1);
  write(0);
  await becomes(() => told[0] === 2);
  await sleep(50);
  // Its place is another one's by now.
  add(2);
  remove();
  write(2);
  await becomes(() => told[2] === 1);
  assert.deepEqual(told, [2, 2, 1]);
  readiness.close();
  for (const fd of fds) closeSync(fd);
  assert.equal(countDescriptors(), before);
});

test('One descriptor too many is refused, and the others are still waited for.', async () => {
  const readiness = new Readiness(requireAddon());
  const fds = openFifos(129);
  const [last = -1, excess = -1] = fds.slice(127);
  let told = 0;
  const ready = (fd: number) => () => {
    told = fd;
    readSync(fd, Buffer.alloc(16));
  };
  for (const fd of fds.slice(0, 128)) readiness.add({ fd, events: readable, ready: ready(fd) });
  assert.throws(() => readiness.add({ fd: excess, events: readable, ready: ready(excess) }), { code: 'EINVAL' });
  writeSync(last, 'x');
  await becomes(() => told === last);
  readiness.close();
  for (const fd of fds) closeSync(fd);
});
