// Runs tests of this checkout on another kernel: the script kernel-vm boots it, this file asks and reads the answer.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tierOf } from '../tiers.ts';

/** The kernels that the suite covers, beside the one that the machine itself runs. */
export const kernelVersions = ['5.10', '6.1', '6.12', '6.19', '7'] as const;

/** The rooms below test/ whose tests of the tiers root and user hold on every kernel. */
export const roomsForEveryKernel = ['bed', 'hiding', 'kernel'] as const;

/** What the suite needs of the machine, besides root. */
export const guestNeeds = {
  root: true,
  commands: ['qemu-system-x86_64', 'cpio', 'depmod', 'xz'],
  files: ['/bin/busybox', '/usr/lib/qemu/virtiofsd'],
};

export interface GuestResult {
  readonly version: string;
  /** uname -r, empty when the kernel did not come up. */
  readonly release: string;
  readonly passed: number;
  readonly failed: number;
  /** Titles with what each misses. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly seconds: number;
  readonly output: string;
}

/** Emulation runs some 15 times slower than the machine; node itself starts in 2 s. */
const guestTimeoutS = 900;
const fileTimeoutMs = 300_000;
const hiddenInGuest = ['/tmp/', '/run/', '/mnt/', '/dev/', '/var/tmp/'];
const kernelVm = join('test', 'kernels', 'kernel-vm');

/** The compiled tests that run on every kernel. */
export function listGuestTests(): string[] {
  return roomsForEveryKernel.flatMap((room) =>
    readdirSync(join('test', room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts') && ['root', 'user'].includes(tierOf(file).name))
      .map((file) => join('build', 'js', 'test', room, file.replace(/\.ts$/, '.js')))
      .sort(),
  );
}

/**
 * Brings a kernel into the cache, unless it is there.
 * @throws Error with what kernel-vm said, where the mirror has none
 */
export function fetchKernel(version: string): void {
  const { status, stderr } = spawnSync(kernelVm, ['fetch', version], { encoding: 'utf8', timeout: 600_000 });
  if (status !== 0) throw new Error(stderr.trim());
}

/** Runs compiled test files on a cached kernel: those of the tier user as uid 65534. */
export function runTestsOnKernel(version: string, files: readonly string[]): GuestResult {
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  if (hiddenInGuest.some((prefix) => root.startsWith(prefix))) throw new Error(`a guest cannot see ${root}: move it`);
  const command = [
    `echo KERNEL $(uname -r); cd ${root}`,
    ...['root', 'user'].map((tier) =>
      runTier(
        tier,
        files.filter((file) => tierOf(file).name === tier),
      ),
    ),
  ].join('\n');
  const started = Date.now();
  const { stdout, stderr } = spawnSync(kernelVm, ['run', version, command], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: (guestTimeoutS + 60) * 1000,
    env: { KERNEL_VM_TIMEOUT_S: `${guestTimeoutS}`, KERNEL_VM_MEMORY_MIB: '2048', ...process.env },
  });
  const tallies = [...stdout.matchAll(/^TALLY (.*)$/gm)].map(([, text]) => readTally(text ?? ''));
  return {
    version,
    release: /^KERNEL (\S+)/m.exec(stdout)?.[1] ?? '',
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.reduce((sum, { failed }) => sum + failed, 0) + (tallies.length === 2 ? 0 : 1),
    skipped: tallies.flatMap(({ skipped }) => skipped),
    seconds: Math.round((Date.now() - started) / 1000),
    output: stdout + stderr,
  };
}

function runTier(tier: string, files: readonly string[]): string {
  if (files.length === 0) return `echo 'TALLY {"passed":0,"failed":0,"skipped":[]}'`;
  const prefix = tier === 'user' ? 'setpriv --reuid=65534 --regid=65534 --clear-groups --' : '';
  const node = `TMPDIR=$d HOME=$d ${prefix} ${process.execPath} scripts/test-tier.js $d/tally false ${fileTimeoutMs}`;
  return `d=$(mktemp -d); chmod 777 $d; ${node} ${files.join(' ')}; echo; echo "TALLY $(cat $d/tally)"`;
}

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** A run that ended without a tally has failed. */
function readTally(text: string): Tally {
  try {
    return JSON.parse(text) as Tally;
  } catch {
    return { passed: 0, failed: 1, skipped: [] };
  }
}

/** The results as a table, one kernel a line. */
export function formatResults(results: readonly GuestResult[]): string {
  const rows = results.map(({ version, release, passed, failed, skipped, seconds }) =>
    [version, release || 'did not boot', passed, failed, skipped.length, `${seconds} s`].map(String),
  );
  const table = [['kernel', 'release', 'passed', 'failed', 'skipped', 'time'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}
