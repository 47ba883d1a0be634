// One process that takes snapshots: its first and the ones after it, timed from within, and its peak memory.
//   scan.js WANT TIMES
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { collectSnapshot } from '../src/collect/collect.ts';
import { type Wanted, wantEverything, wantListing } from '../src/model/wanted.ts';

/** What a scan can be asked to read. */
export const scanWants: Readonly<Record<string, Wanted>> = {
  /** Processes, threads, their namespaces and what is asked of each of these: what a listing showed before holders. */
  members: { ...wantListing, holders: false, bpf: false },
  'members-bpf': { ...wantListing, holders: false },
  listing: { ...wantListing, bpf: false },
  'listing-bpf': wantListing,
  everything: { ...wantEverything, bpf: false },
};

export interface ScanReport {
  readonly ms: readonly number[];
  /** Of all threads, user and system. */
  readonly cpuMs: readonly number[];
  readonly processes: number;
  readonly namespaces: number;
  readonly peakKib: number;
}

const [want = '', times = ''] = process.argv.slice(2);
const wanted = scanWants[want];
if (wanted) process.stdout.write(JSON.stringify(scan(wanted, Number(times))));

function scan(what: Wanted, count: number): ScanReport {
  const ms: number[] = [];
  const cpuMs: number[] = [];
  let size = { processes: 0, namespaces: 0 };
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    const startedCpu = process.cpuUsage();
    const snapshot = collectSnapshot(what);
    ms.push(performance.now() - started);
    const { user, system } = process.cpuUsage(startedCpu);
    cpuMs.push((user + system) / 1000);
    size = { processes: snapshot.processes.length, namespaces: snapshot.namespaces.length };
  }
  const peak = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  return { ms, cpuMs, ...size, peakKib: Number(peak) };
}
