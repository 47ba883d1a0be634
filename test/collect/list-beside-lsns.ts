// Lists this pid namespace with lsns and in this process, while nothing moves in it, and prints both.
// It is to be PID 1 of a pid namespace with a /proc of its own.
import { execFileSync } from 'node:child_process';
import { collectSnapshot } from '../../src/collect/collect.ts';
import type { Snapshot } from '../../src/model/snapshot/schema.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';
import { hold, readChildren } from '../held-process.ts';
import { holdUnshared } from '../sources/unshared.ts';

/** A row of lsns(8); 0 is what it does not know or what is not. */
export interface LsnsRow {
  readonly ns: number;
  readonly type: string;
  readonly nprocs: number;
  readonly pid: number;
  readonly pns: number;
  readonly ons: number;
}

export interface BothLists {
  readonly lsns: readonly LsnsRow[];
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** In what lsns itself ran: there it counts one process more. */
  readonly own: readonly number[];
}

if (process.pid === 1) process.stdout.write(JSON.stringify(await listBoth()));

async function listBoth(): Promise<BothLists> {
  const held = [
    await holdUnshared(),
    await hold('unshare', ['-U', '-r', '-n', 'unshare', '-U', '-r', '-m', 'sh', '-c', 'echo ready; exec sleep 300']),
    await hold('unshare', ['-p', '-f', '--kill-child', 'sh', '-c', 'sleep 300 & echo ready; exec sleep 300']),
    await hold('sh', ['-c', 'sleep 300 & echo ready; exec sleep 300']),
  ];
  const wanted = { ...wantEverything, bpf: false };
  await standStill(held.map(({ pid }) => pid));
  const before = collectSnapshot(wanted);
  const text = execFileSync('lsns', ['--json', '--output', 'NS,TYPE,NPROCS,PID,PNS,ONS'], { encoding: 'utf8' });
  const after = collectSnapshot(wanted);
  for (const { end } of held) await end();
  const own = Object.values(before.host.vantage.namespaces).filter((inode) => typeof inode === 'number');
  return { lsns: (JSON.parse(text) as { namespaces: LsnsRow[] }).namespaces, before, after, own };
}

/** Waits until every descendant of these has become what it executes: each is "sleep", "unshare" or a shell that waits. */
async function standStill(pids: readonly number[]): Promise<void> {
  let last = '';
  for (let equal = 0; equal < 5; ) {
    const now = JSON.stringify(pids.map(listDescendants));
    equal = now === last ? equal + 1 : 0;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function listDescendants(pid: number): number[] {
  return readChildren(pid).flatMap((child) => [child, ...listDescendants(child)]);
}
