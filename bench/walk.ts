// namespacefs beside many namespaces: how long walks of it take, beside one of /proc, and what it and watch cost at rest.
//   node build/js/bench/walk.js [NAMESPACES] [ROUNDS]
// As root. NAMESPACES are 5000 and ROUNDS 3 where they are left out.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { namespaceTypes } from '../src/model/snapshot/namespace-types.ts';
import { startLoad } from './load.ts';

const command = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
const restSeconds = 10;
const [namespaces = 5000, rounds = 3] = process.argv.slice(2).map(Number);
if (!(namespaces >= 0 && rounds >= 1)) throw new Error('usage: walk.js [NAMESPACES] [ROUNDS]');

const directory = mkdtempSync(join(tmpdir(), 'nscope-walk-'));
const copy = mkdtempSync('/dev/shm/nscope-walk-');
const load = await startLoad(namespaces, namespaces);
const mount = spawn(process.execPath, [command, 'mount', directory], { stdio: ['ignore', 'ignore', 'inherit'] });
const watch = spawn(process.execPath, [command, 'watch', '--json'], { stdio: ['ignore', 'ignore', 'inherit'] });
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    for (const child of [mount, watch]) child.kill();
    process.exit(1);
  });
try {
  while (!readdirSync(directory).includes('initial')) await sleep(100);
  const types = namespaceTypes.map((type) => join(directory, type)).join(' ');
  // What find and cat take themselves: the same tree in a tmpfs, which asks nobody.
  execFileSync('sh', ['-c', `cp -r ${types} ${copy} 2>/dev/null; true`]);
  const copies = namespaceTypes.map((type) => join(copy, type)).join(' ');
  process.stdout.write(`${namespaces} namespaces, best of ${rounds} rounds, Linux ${release()}\n`);
  for (const [name, line] of [
    ['find /proc/*/ns', 'find /proc/[0-9]*/ns 2>/dev/null | wc -l'],
    ['readlink of those', 'find /proc/[0-9]*/ns -type l -printf "%l\\n" 2>/dev/null | sort -u | wc -l'],
    ['find DIR/TYPE', `find ${types} 2>/dev/null | wc -l`],
    ['cat of all tasks', `find ${types} -name tasks 2>/dev/null | xargs cat 2>/dev/null | wc -l`],
    ['cat of all files', `find ${types} -type f 2>/dev/null | xargs cat 2>/dev/null | wc -l`],
    ['the same of a copy', `find ${copies} -type f 2>/dev/null | xargs cat 2>/dev/null | wc -l`],
    ['cat of one tasks', `cat ${directory}/initial/time/tasks | wc -l`],
  ] as const) {
    const measured = Array.from({ length: rounds }, () => time(line));
    const ms = Math.min(...measured.map((one) => one.ms));
    process.stdout.write(`${name.padEnd(20)} ${ms.toFixed(1).padStart(9)} ms  ${measured[0]?.lines} lines\n`);
  }
  await sleep(5000);
  const before = [mount, watch].map(readTicks);
  await sleep(restSeconds * 1000);
  const [ofMount, ofWatch] = [mount, watch].map((child, i) => readTicks(child) - (before[i] ?? 0));
  process.stdout.write(`at rest, ticks of 10 ms in ${restSeconds} s: mount ${ofMount}, watch ${ofWatch}\n`);
} finally {
  await Promise.all([mount, watch].map(end));
  await load.end();
  rmdirSync(directory);
  rmSync(copy, { recursive: true });
}

function time(line: string): { ms: number; lines: number } {
  const started = performance.now();
  const lines = Number(execFileSync('sh', ['-c', line], { encoding: 'utf8' }));
  return { ms: performance.now() - started, lines };
}

/** utime and stime of proc_pid_stat(5). */
function readTicks({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\)/s, '').trim().split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function end(child: ChildProcess): Promise<void> {
  child.kill();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
