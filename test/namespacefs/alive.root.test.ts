// namespacefs while namespaces come and go: how soon it shows them, what it tells of them, and what it costs at rest.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLoad } from '../../bench/load.ts';
import { canListNamespaces } from '../../src/live/lists/listed-namespaces.ts';
import { compile } from '../fixtures/compile.ts';
import { hold, readLinksOf } from '../held-process.ts';
import { missing } from '../tiers.ts';
import { type Mounted, mountFor, waitUntil } from './mounted.ts';

const skip =
  missing({ root: true, commands: ['cc', 'unshare'], files: ['/dev/fuse'] }) ||
  (canListNamespaces() ? false : "needs the kernel's list of namespaces: Linux 6.18 with BPF");

const soonMs = 100;
/** A machine on which others work may be late now and then. */
const attempts = 40;

/** Makes a namespace and ends it. @returns after how many milliseconds its directory was there, and gone */
async function measureOne({ directory }: Mounted): Promise<{ appeared: number; vanished: number }> {
  const held = await hold('unshare', ['-u', 'sh', '-c', 'echo ready; exec sleep 600']);
  try {
    const path = `${directory}/uts/${readLinksOf(held.pid).uts}`;
    const appeared = await waitUntil(() => existsSync(path), 20_000);
    assert.equal(readFileSync(`${path}/tasks`, 'utf8'), `${held.pid}\n`);
    await held.end();
    return { appeared, vanished: await waitUntil(() => !existsSync(path), 20_000) };
  } finally {
    await held.end();
  }
}

for (const others of [0, 2000])
  test(`Beside ${others} other namespaces a directory is there and gone within 100 ms.`, { skip }, async (t) => {
    const load = others > 0 ? await startLoad(others, others) : undefined;
    t.after(() => load?.end());
    const mounted = await mountFor(t);
    readdirSync(`${mounted.directory}/uts`);
    const measured: { appeared: number; vanished: number }[] = [];
    for (let i = 0; i < attempts; i++) {
      measured.push(await measureOne(mounted));
      const inTime = measured.filter(({ appeared, vanished }) => appeared < soonMs && vanished < soonMs);
      // More than by chance: five of at most so many.
      if (inTime.length >= 5) return t.diagnostic(JSON.stringify(inTime.at(-1)));
      await sleep(20);
    }
    assert.fail(JSON.stringify(measured));
  });

test('The file of events has each namespace that lived for a moment, and the directories are those of the kernel after it.', {
  skip,
}, async (t) => {
  const { directory } = await mountFor(t);
  const follow = spawn('cat', [`${directory}/events.follow`], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => end(follow));
  const told: string[] = [];
  createInterface({ input: follow.stdout }).on('line', (line) => told.push(line));
  // What comes before cat has opened the file is not for it: namespaces are made until one is told.
  for (const deadline = Date.now() + 20_000; told.length === 0 && Date.now() < deadline; ) await churn(5);
  const ids = await churn(400);
  const isTold = (kind: string, id: string) =>
    told.some((line) => line.includes(` ${kind} uts:[`) && line.includes(` id=${id}`));
  await waitUntil(() => ids.every((id) => isTold('destroyed', id)), 20_000);
  for (const id of ids) assert.ok(isTold('created', id), `created ${id}`);
  const made = told.find((line) => line.includes(` id=${ids[0]} `)) ?? '';
  assert.match(made, /^\S+Z created uts:\[\d+\] id=\d+ uid=0 pid=\d+ comm=namespace-churn$/);
  const byId = () => new Set(readdirSync(`${directory}/by-id`));
  await waitUntil(() => {
    const names = byId();
    return ids.every((id) => !names.has(id));
  }, 20_000);
});

/** Makes namespaces of a millisecond. @returns their 64-bit ids */
async function churn(count: number): Promise<string[]> {
  const words = [count, 500, 1000, 0x0400_0000].map(String);
  const child = spawn(compile('test/fixtures/namespace-churn.c'), words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ids: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) ids.push(line.split(' ')[1] ?? '');
  assert.equal(ids.length, count);
  return ids;
}

async function end(child: ChildProcess): Promise<void> {
  child.kill();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** utime and stime of proc_pid_stat(5), a hundred a second. */
function readTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\)/s, '').trim().split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

test('At rest a mount costs next to no processor time.', { skip }, async (t) => {
  const { directory, child } = await mountFor(t);
  readdirSync(`${directory}/net`);
  const [seconds, maxTicks] = [3, 9];
  let least = Number.POSITIVE_INFINITY;
  // Whatever others do on this host reaches it as events: of several rests the quietest counts.
  for (let i = 0; i < 10 && least > maxTicks; i++) {
    await sleep(1000);
    const before = readTicks(child.pid ?? 0);
    await sleep(seconds * 1000);
    least = Math.min(least, readTicks(child.pid ?? 0) - before);
  }
  assert.ok(least <= maxTicks, `${least} ticks in ${seconds} s at the least`);
  t.diagnostic(`${least} ticks in ${seconds} s`);
});
