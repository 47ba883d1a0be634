// All mounts of many mount namespaces, beside a C loop that reads each one's mountinfo once, in turn.
//   node build/js/bench/mounts.js [NAMESPACES] [MOUNTS] [ROUNDS]
// As root. MOUNTS are those of each, about; NAMESPACES are 500, MOUNTS 200 and ROUNDS 7 where they are left out.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { readMountTables, type TableQuestion, type TableWays } from '../src/kernel/mounts/mount-tables.ts';
import { listMounts } from '../src/kernel/mounts/mounts.ts';
import { nsGetMntnsId } from '../src/kernel/nsfs/nsfs.ts';
import { isKnown } from '../src/model/snapshot/known.ts';
import { buildProgram } from './programs.ts';
import { median } from './statistics.ts';

const [namespaces = 500, mounts = 200, rounds = 7] = process.argv.slice(2).map(Number);
if (!(namespaces >= 1 && mounts >= 2 && rounds >= 1))
  throw new Error('usage: mounts.js [NAMESPACES] [MOUNTS] [ROUNDS]');

const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
  buildProgram('mountinfo'),
  [namespaces, mounts].map(String),
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
const exit = once(child, 'exit');
const lines = createInterface({ input: child.stdout });
try {
  const { pids } = JSON.parse(await nextLine(lines)) as { readonly pids: readonly number[] };
  const questions = pids.map(describe);
  const ids = questions.map(({ id }) => BigInt(id ?? 0));
  const ways: readonly (readonly [name: string, measure: () => Promise<number>])[] = [
    ['C loop over mountinfo', async () => (JSON.parse(await ask('\n')) as { readonly ms: number }).ms],
    ['nscope', () => time(() => countMounts(questions))],
    ['nscope, statmount alone', () => time(() => countMounts(questions, { statmount: true, mountinfo: false }))],
    ['nscope, mountinfo alone', () => time(() => countMounts(questions, { statmount: false, mountinfo: true }))],
    ['listmount alone', () => time(() => listMounts(ids))],
  ];
  const total = countMounts(questions);
  const figures = new Map<string, number[]>(ways.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, measure] of ways) figures.get(name)?.push(await measure());
  process.stdout.write(
    `${total} mounts in ${pids.length} mount namespaces, medians of ${rounds} rounds, Linux ${release()}, Node ${process.version}\n`,
  );
  const yardstick = median(figures.get('C loop over mountinfo') ?? []);
  for (const [name, ms] of figures) {
    const [least, most] = [Math.min(...ms), Math.max(...ms)];
    process.stdout.write(
      `${name.padEnd(26)} ${median(ms).toFixed(1).padStart(8)} ms  (${least.toFixed(1)} to ${most.toFixed(1)})  ${(median(ms) / yardstick).toFixed(2)} of the C loop\n`,
    );
  }
} finally {
  child.stdin.end();
  await exit;
}

function describe(pid: number): TableQuestion {
  const path = `/proc/${pid}/ns/mnt`;
  const fd = openSync(path, 'r');
  try {
    return {
      inode: statSync(path).ino,
      id: String(nsGetMntnsId(fd)),
      own: false,
      pids: [pid],
      paths: [],
      mayBeLocked: false,
    };
  } finally {
    closeSync(fd);
  }
}

function countMounts(questions: readonly TableQuestion[], ways?: TableWays): number {
  let count = 0;
  for (const { mounts } of readMountTables(questions, ways)) {
    if (!isKnown(mounts)) throw new Error('mounts were not read');
    count += mounts.length;
  }
  return count;
}

async function time(act: () => unknown): Promise<number> {
  const started = performance.now();
  act();
  return performance.now() - started;
}

async function ask(line: string): Promise<string> {
  const answer = nextLine(lines);
  child.stdin.write(line);
  return answer;
}

async function nextLine(from: Interface): Promise<string> {
  const [line] = (await once(from, 'line')) as [string];
  return line;
}
