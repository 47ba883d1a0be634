// What nscope lab leaves behind when it is interrupted or killed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { main } from '../cli/run-nscope.ts';
import { missing } from '../tiers.ts';

const skip = missing({ unprivileged: true });

for (const [signal, end] of [
  ['SIGINT', 'SIGINT'],
  ['SIGTERM', 'SIGTERM'],
  ['SIGKILL', 'SIGKILL'],
] as const)
  test(`After ${signal} nothing of an experiment is left.`, { skip }, async () => {
    const mark = `NSCOPE_TEST_LAB=${process.pid}-${signal}`;
    const [name = '', value = ''] = mark.split('=');
    // Its init waits for a second of CPU time.
    const child = spawn(process.execPath, [main, 'lab', 'kernel-signals', 'signal-from-inside'], {
      env: { ...process.env, [name]: value },
      stdio: 'ignore',
    });
    const exit = once(child, 'exit');
    await until('the experiment runs', () => listMarked(mark).length >= 4);
    child.kill(signal);
    assert.deepEqual(await exit, [null, end]);
    await until('all is gone', () => listMarked(mark).length === 0);
  });

/** Processes that were started with this in their environment and have not ended. */
function listMarked(mark: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
    } catch {
      return false;
    }
  });
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !holds(); await sleep(10)) assert.ok(Date.now() < deadline, what);
}
