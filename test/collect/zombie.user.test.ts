// What a process that has ended and was not waited for does to the reading of descriptors.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startOpenLinks } from '../../src/collect/open-links.ts';
import { parseStat } from '../../src/parse/proc/stat.ts';
import { hold } from '../held-process.ts';

test('A zombie is not told to refuse its descriptors: it has none.', async () => {
  // The shell that made the zombie becomes a program that waits for nobody.
  const held = await hold('sh', ['-c', 'sleep 0 & echo $!; exec sleep 300']);
  try {
    const pid = Number(held.line);
    let state = '';
    for (const end = Date.now() + 20_000; state !== 'Z' && Date.now() < end; await sleep(10))
      state = parseStat(readFileSync(`/proc/${pid}/stat`)).state;
    assert.equal(state, 'Z');
    const whole = {
      fact: 'process',
      tid: pid,
      ppid: held.pid,
      comm: 'sleep',
      startTimeTicks: 1,
      threads: 1,
      uid: 0,
    } as const;
    const rest = { kernelThread: false, commandLine: [], cgroup: '/' } as const;
    const gone = { unknown: 'gone' } as const;
    const namespaces = { cgroup: gone, ipc: gone, mnt: gone, net: gone, pid: gone, time: gone, user: gone, uts: gone };
    const children = { pid_for_children: gone, time_for_children: gone };
    const tables = startOpenLinks([
      { ...whole, ...rest, pid, state, namespaces: { ...namespaces, ...children } },
    ]).take();
    assert.deepEqual(
      tables.filter(({ errno }) => errno !== undefined),
      [],
    );
  } finally {
    await held.end();
  }
});
