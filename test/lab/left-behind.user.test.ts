// What nscope lab leaves behind when it is interrupted or killed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { main } from '../cli/run-nscope.ts';
import { listMarked, waitUntil } from '../marked-processes.ts';
import { missing } from '../tiers.ts';

const skip = missing({ unprivileged: true });

for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const)
  test(`After ${signal} nothing of an experiment is left.`, { skip }, async () => {
    const value = `${process.pid}-${signal}`;
    // Its init waits for a second of CPU time.
    const child = spawn(process.execPath, [main, 'lab', 'kernel-signals', 'signal-from-inside'], {
      env: { ...process.env, NSCOPE_TEST_MARK: value },
      stdio: 'ignore',
    });
    const mark = `NSCOPE_TEST_MARK=${value}`;
    const exit = once(child, 'exit');
    await waitUntil('the experiment runs', () => listMarked(mark).length >= 4);
    child.kill(signal);
    assert.deepEqual(await exit, [null, signal]);
    await waitUntil('all is gone', () => listMarked(mark).length === 0);
  });
