// How soon does namespacefs show that a namespace came, or went, beside many others? Each comes and goes by itself, and
// another process looks each millisecond.
//   node build/js/bench/alive.js [NAMESPACES] [COUNT]
// As root. NAMESPACES are 5000 and COUNT 300 where they are left out.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startLoad } from './load.ts';
import { buildProgram } from './programs.ts';

const command = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
const [namespaces = 5000, count = 300] = process.argv.slice(2).map(Number);
if (!(namespaces >= 0 && count >= 1)) throw new Error('usage: alive.js [NAMESPACES] [COUNT]');

/** Ends without a process take more than a second each, since nothing else is to happen before. */
const ways = [
  ['process', count],
  ['descriptor', Math.ceil(count / 20)],
  ['mount', Math.ceil(count / 20)],
] as const;

const program = buildProgram('turnover');
const directory = mkdtempSync(join(tmpdir(), 'nscope-alive-'));
const load = await startLoad(namespaces, namespaces);
const mount = spawn(process.execPath, [command, 'mount', directory], { stdio: ['ignore', 'ignore', 'inherit'] });
try {
  while (!readdirSync(directory).includes('initial')) await sleep(100);
  // The first snapshot that is compared comes about now.
  await sleep(3000);
  process.stdout.write(`ms beside ${namespaces} namespaces, Linux ${release()}: median, 99 %, worst\n`);
  for (const [how, rounds] of ways) {
    const { stdout } = await promisify(execFile)(program, [directory, String(rounds), how]);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ').slice(1).map(Number));
    for (const [i, what] of ['appeared', 'vanished'].entries())
      process.stdout.write(`${`${how}, ${what}`.padEnd(24)} ${describe(lines.map((line) => (line[i] ?? 0) / 1000))}\n`);
  }
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${mount.pid}/status`, 'latin1'))?.[1];
  const now = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${mount.pid}/status`, 'latin1'))?.[1];
  process.stdout.write(`memory of the mount: ${Number(now) >> 10} MiB, at most ${Number(peak) >> 10} MiB\n`);
} finally {
  mount.kill();
  if (mount.exitCode === null && mount.signalCode === null) await once(mount, 'exit');
  await load.end();
  rmdirSync(directory);
}

function describe(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return [at(0.5), at(0.99), at(1)].map((ms) => ms.toFixed(1).padStart(8)).join(' ');
}
