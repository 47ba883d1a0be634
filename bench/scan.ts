// One process that takes snapshots: its first and the ones after it, timed from within, and its peak memory.
//   scan.js WANT TIMES
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { compileLess } from '../src/cli/line/compile-less.ts';
import { collectSnapshot } from '../src/collect/collect.ts';
import { readBpfTasks } from '../src/kernel/bpf/run.ts';
import { type Wanted, wantEverything, wantListing, wantNamespaces } from '../src/model/snapshot/wanted.ts';
import { taskLayout } from '../src/parse/records/bpf-tasks.ts';

/** What a scan can be asked to read. */
export const scanWants: Readonly<Record<string, Wanted>> = {
  /** Processes, threads, their namespaces and what is asked of each of these: what a listing showed before holders. */
  members: { ...wantListing, holders: false, bpf: false },
  'members-bpf': { ...wantListing, holders: false },
  listing: { ...wantListing, bpf: false },
  'listing-bpf': wantListing,
  everything: { ...wantEverything, bpf: false },
  /** What `nscope ls` reads. */
  namespaces: wantNamespaces,
};

/** Instead of a snapshot: the kernel's task iterator alone is read, and what it writes is left as it is. */
const bare = 'bare';

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
if (wanted) {
  const take = () => {
    const { processes, namespaces } = collectSnapshot(wanted);
    return { processes: processes.length, namespaces: namespaces.length };
  };
  process.stdout.write(JSON.stringify(scan(take, Number(times))));
} else if (want === bare) process.stdout.write(JSON.stringify(scan(readBare, Number(times))));

function readBare(): Size {
  const reading = readBpfTasks();
  if ('refused' in reading) throw new Error(`the task iterator is refused: ${reading.refused.reason}`);
  return { processes: Math.floor(reading.bytes.length / taskLayout.bytes), namespaces: 0 };
}

type Size = Pick<ScanReport, 'processes' | 'namespaces'>;

function scan(take: () => Size, count: number): ScanReport {
  // One that is the only one is set up as the command is.
  if (count === 1) compileLess();
  const ms: number[] = [];
  const cpuMs: number[] = [];
  let last: Size = { processes: 0, namespaces: 0 };
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    const startedCpu = process.cpuUsage();
    last = take();
    ms.push(performance.now() - started);
    const { user, system } = process.cpuUsage(startedCpu);
    cpuMs.push((user + system) / 1000);
  }
  const peak = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  return { ms, cpuMs, ...last, peakKib: Number(peak) };
}
