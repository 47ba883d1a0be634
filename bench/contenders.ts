// The table of what is measured: each line runs once a round, one after another, so that all meet the same host.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProgram } from './programs.ts';
import type { ScanReport } from './scan.ts';

export interface Measurement {
  readonly ms: number;
  /** Of all its threads, user and system. */
  readonly cpuMs: number;
  readonly peakKib?: number;
  /** How many processes it saw, where it says so. */
  readonly processes?: number | undefined;
}

export interface Contender {
  readonly name: string;
  readonly meaning: string;
  /** Whether the time is that of a whole command, or of the work inside a process that already ran. */
  readonly clock: 'command' | 'inside';
  run(): Measurement;
}

/** The bundle that the package publishes, or where it was not made the output of tsc. */
const bundle = join('dist', 'nscope.cjs');
const command = existsSync(bundle) ? bundle : fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
const scanProgram = fileURLToPath(new URL('./scan.js', import.meta.url));

function runText(file: string, words: readonly string[]): string {
  return execFileSync(file, words, { encoding: 'utf8', maxBuffer: 2 ** 28 });
}

/** What measure.c prints. */
interface CommandReport {
  readonly ms: number;
  readonly cpuMs: number;
  readonly peakKib: number;
  readonly status: number;
}

function measureCommand(...words: string[]): Measurement {
  const result = JSON.parse(runText(buildProgram('measure'), words)) as CommandReport;
  if (result.status !== 0) throw new Error(`${words.join(' ')} ended with status ${result.status}`);
  return { ms: result.ms, cpuMs: result.cpuMs, peakKib: result.peakKib };
}

function measureScan(
  want: string,
  { warm, times = warm ? 5 : 1 }: { readonly warm: boolean; readonly times?: number },
): Measurement {
  const scan = JSON.parse(runText(process.execPath, [scanProgram, want, String(times)])) as ScanReport;
  const [ms, cpuMs] = [scan.ms, scan.cpuMs].map((all) => Math.min(...all.slice(warm ? 1 : 0)));
  if (ms === undefined || cpuMs === undefined) throw new Error(`no scan was made of ${want}`);
  return { ms, cpuMs, peakKib: scan.peakKib, processes: scan.processes };
}

export const contenders: readonly Contender[] = [
  {
    name: 'readlinks',
    meaning: 'a C loop of readlinkat over the ten links of each process',
    clock: 'inside',
    run: () => JSON.parse(runText(buildProgram('readlinks'), ['1'])) as Measurement,
  },
  {
    name: 'scan',
    meaning: 'the first scan of a new process, by /proc: links, stat, threads, details',
    clock: 'inside',
    run: () => measureScan('members', { warm: false }),
  },
  {
    name: 'scan (warm)',
    meaning: 'the best of four more scans in one process, by /proc',
    clock: 'inside',
    run: () => measureScan('members', { warm: true }),
  },
  {
    name: 'scan (BPF)',
    meaning: 'the first scan of a new process, by BPF where it can be',
    clock: 'inside',
    run: () => measureScan('members-bpf', { warm: false }),
  },
  {
    name: 'listing',
    meaning: 'the first scan with all that holds namespaces, by /proc',
    clock: 'inside',
    run: () => measureScan('listing', { warm: false }),
  },
  {
    name: 'listing (BPF)',
    meaning: 'the same by BPF where it can be',
    clock: 'inside',
    run: () => measureScan('listing-bpf', { warm: false }),
  },
  {
    name: 'iterator',
    meaning: 'the task iterator of the kernel alone, by BPF: the best of four more readings',
    clock: 'inside',
    run: () => measureScan('bare', { warm: true }),
  },
  {
    name: 'snapshot (warm)',
    meaning: 'what nscope ls reads: the best of 14 more snapshots in one process',
    clock: 'inside',
    run: () => ({ ...measureScan('namespaces', { warm: true, times: 15 }), processes: undefined }),
  },
  { name: 'lsns', meaning: 'lsns of util-linux', clock: 'command', run: () => measureCommand('lsns') },
  {
    name: 'nscope --no-bpf',
    meaning: 'nscope ls --no-bpf',
    clock: 'command',
    run: () => measureCommand(process.execPath, command, 'ls', '--no-bpf'),
  },
  {
    name: 'nscope',
    meaning: 'nscope ls',
    clock: 'command',
    run: () => measureCommand(process.execPath, command, 'ls'),
  },
  {
    name: 'nscope --json',
    meaning: 'nscope ls --json: with all that holds namespaces',
    clock: 'command',
    run: () => measureCommand(process.execPath, command, 'ls', '--json'),
  },
  {
    name: 'nscope run',
    meaning: 'nscope run --uts -- true',
    clock: 'command',
    run: () => measureCommand(process.execPath, command, 'run', '--uts', '--', 'true'),
  },
  {
    name: 'unshare',
    meaning: 'unshare --uts true, of util-linux',
    clock: 'command',
    run: () => measureCommand('unshare', '--uts', 'true'),
  },
  {
    name: 'node',
    meaning: 'node -e 0: what every command of Node takes',
    clock: 'command',
    run: () => measureCommand(process.execPath, '-e', '0'),
  },
];

/** What the figures are held against: `value` / `of`, and how large or small that should be at `processes`. */
export const ratios = [
  { name: 'scan / readlinks', value: 'scan', of: 'readlinks', target: 'at most 1.5' },
  { name: 'scan (warm) / readlinks', value: 'scan (warm)', of: 'readlinks', target: 'at most 1.5' },
  { name: 'lsns / nscope --no-bpf', value: 'lsns', of: 'nscope --no-bpf', target: 'at least 5' },
  { name: 'lsns / nscope', value: 'lsns', of: 'nscope', target: 'at least 10' },
  { name: 'nscope --json / nscope', value: 'nscope --json', of: 'nscope', target: 'at most 2' },
  { name: 'nscope / node', value: 'nscope', of: 'node', target: 'at most 1.6' },
  { name: 'snapshot (warm) / iterator', value: 'snapshot (warm)', of: 'iterator', target: 'at most 5' },
  { name: 'nscope run / unshare', value: 'nscope run', of: 'unshare', target: 'at most 80' },
  { name: 'nscope run / node', value: 'nscope run', of: 'node', target: 'at most 1.5' },
  { name: 'listing (BPF) / scan (BPF)', value: 'listing (BPF)', of: 'scan (BPF)', target: 'at most 2' },
] as const;
