// Lists this pid namespace again and again while a storm of forks goes on in it, and says what was wrong with the lists.
//   list-in-storm.js LISTINGS STORM_PROGRAM
// It is to be PID 1 of a pid namespace with a /proc of its own, so that nothing else comes and goes.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import { formatNamespace, namespaceTypes } from '../../src/model/snapshot/namespace-types.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';
import { readLinksOf } from '../held-process.ts';
import { countDescriptors } from '../kernel/open-descriptors.ts';
import { isLinuxSince } from '../kernels/release.ts';

interface Worker {
  readonly name: string;
  readonly uts: number;
  readonly ipc: number;
}

/** What list-in-storm prints. */
export interface StormReport {
  readonly listings: number;
  /** Short-lived children of the storm that were listed, in all listings. */
  readonly caught: number;
  /** How often the numbers of processes went round. */
  readonly rounds: number;
  readonly wrong: readonly string[];
  readonly descriptorsBefore: number;
  readonly descriptorsAfter: number;
}

const [count = '', program = ''] = process.argv.slice(2);
if (program !== '') process.stdout.write(JSON.stringify(await listInStorm(Number(count), program)));

async function listInStorm(listings: number, storm: string): Promise<StormReport> {
  // A pid namespace has a limit of its own since Linux 6.14: numbers are then used again every few milliseconds.
  const limit = '/proc/sys/kernel/pid_max';
  if (isLinuxSince(6, 14)) writeFileSync(limit, '400');
  const child = spawn(storm, ['4', '300'], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const workers = await readWorkers(child.stdout);
    const known = new Set(namespaceTypes.map((type) => formatNamespace(type, readLinksOf(process.pid)[type])));
    for (const { uts, ipc } of workers) known.add(`uts:[${uts}]`).add(`ipc:[${ipc}]`);
    const wrong: string[] = [];
    let caught = 0;
    collectSnapshot({ ...wantEverything, bpf: false });
    const descriptorsBefore = countDescriptors();
    const started = readForks();
    for (let i = 0; i < listings; i++) caught += checkOnce(workers, known, wrong);
    const rounds = Math.floor((readForks() - started) / Number(readFileSync(limit, 'latin1')));
    return { listings, caught, rounds, wrong, descriptorsBefore, descriptorsAfter: countDescriptors() };
  } finally {
    child.kill('SIGKILL');
  }
}

async function readWorkers(input: NodeJS.ReadableStream): Promise<Worker[]> {
  for await (const line of createInterface({ input })) return JSON.parse(line) as Worker[];
  throw new Error('the storm did not begin');
}

/** How many tasks were born since boot: the last field but one of /proc/stat that counts. */
function readForks(): number {
  return Number(/^processes (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1]);
}

/** @returns how many children of the storm were listed */
function checkOnce(workers: readonly Worker[], known: ReadonlySet<string>, wrong: string[]): number {
  const { namespaces, processes, coverage } = collectSnapshot({ ...wantEverything, bpf: false });
  for (const { type, inode, processes: tasks, initial } of namespaces) {
    const name = formatNamespace(type, inode);
    // Above this pid namespace others may exist, in which nothing of ours can be.
    if (!known.has(name) && tasks.count + tasks.threads + tasks.forChildren > 0)
      wrong.push(`invented: ${name} with ${JSON.stringify(tasks)}${initial === true ? ', initial' : ''}`);
  }
  for (const { name, uts, ipc } of workers) {
    const list = processes.filter(({ comm }) => comm === name);
    if (list.length === 0) wrong.push(`missing: ${name}`);
    for (const { pid, namespaces: links } of list) {
      if (isKnown(links.uts) && links.uts !== uts) wrong.push(`mixed up: ${name} ${pid} in uts:[${links.uts}]`);
      if (isKnown(links.ipc) && links.ipc !== ipc) wrong.push(`mixed up: ${name} ${pid} in ipc:[${links.ipc}]`);
    }
  }
  if (!processes.some(({ pid }) => pid === process.pid)) wrong.push('missing: nscope itself');
  if (coverage.disagreements.length > 0) wrong.push(coverage.disagreements.join('; '));
  // Another way to the list was taken.
  for (const { refusals, source } of coverage.sources)
    for (const { what, errno } of refusals)
      if (source !== 'kernel-list') wrong.push(`refused in ${source}: ${what} (${errno})`);
  if (!existsSync('/proc/1/stat')) wrong.push('/proc is gone');
  return processes.filter(({ comm }) => workers.some(({ name }) => name === comm)).length - workers.length;
}
