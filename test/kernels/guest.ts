// Runs tests of this checkout on another kernel: the script kernel-vm boots it, this file asks and reads the answer.
import { execFile, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildBed } from '../bed/bed.ts';
import { compile } from '../fixtures/compile.ts';
import { buildWorld } from '../fuzz/world.ts';
import { tierOf } from '../tiers.ts';
import { alignColumns } from './coverage-table.ts';
import { guestMemoryMib, takeSlot } from './slots.ts';

/** The kernels that the suite covers, beside the one that the machine itself runs. */
export const kernelVersions = ['5.10', '6.1', '6.12', '6.19', '7'] as const;

/** Events of mounts and links: 6.1 is without fanotify's marks, 7 has them. */
const liveContents = ['live/contents/links.root.test.ts', 'live/contents/mounts.root.test.ts'] as const;

/** The rooms below test/ whose tests of the tiers root and user hold on every kernel, and single files of others. */
const roomsForEveryKernel = ['bed', 'hiding', 'kernel'] as const;
const filesForEveryKernel = [
  'collect/parity.root.test.ts',
  'cli/verbs/show-roots.root.test.ts',
  ...liveContents,
] as const;
/**
 * Those that run many commands against limits of seconds, or trace each, which takes an hour under emulation; and one that
 * wants a sticky /tmp.
 */
const filesForNoGuest: readonly string[] = [
  'hiding/releases.root.test.ts',
  'kernel/files/guarded-path.root.test.ts',
  'kernel/files/hostile-engines.root.test.ts',
  'kernel/files/hostile-places.root.test.ts',
  'kernel/files/shaped-opens.root.test.ts',
  'kernel/files/user-fuse.root.test.ts',
];

/**
 * Files whose every sight another kernel has too, by the version that leaves them out: the machine's own kernel, or 7, sees
 * what 6.19 does.
 */
const filesLeftOut: Readonly<Record<string, readonly string[]>> = {
  '5.10': liveContents,
  '6.12': liveContents,
  '6.19': [
    ...liveContents,
    'collect/parity.root.test.ts',
    'hiding/refused-programs.root.test.ts',
    'kernel/detect/settings.root.test.ts',
  ],
};

/** What the suite needs of the machine, besides root. */
export const guestNeeds = {
  root: true,
  commands: ['qemu-system-x86_64', 'cpio', 'depmod', 'xz', 'setpriv'],
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
  /** Of the guest's clock, without its boot. */
  readonly seconds: number;
  readonly output: string;
}

/** Emulation runs some 15 times slower than the machine; node itself starts in 2 s. */
const guestTimeoutS = 1200;
const fileTimeoutMs = 600_000;
const kernelVm = join('test', 'kernels', 'kernel-vm');

/** Without a compiler, whose fresh code qemu would have to translate again, cold programs take half the time. */
const nodeFlags = '--jitless --no-expose-wasm';

/** What the tests compile. */
const fixturesForGuests = [
  'random-tree',
  'fork-storm',
  'deny-calls',
  'deny-programs',
  'mount-churn',
  'mount-roots',
].map((name) => `test/fixtures/${name}.c`);

/** The compiled tests that run on a kernel. */
export function listGuestTests(version: string): string[] {
  const leftOut = new Set([...filesForNoGuest, ...(filesLeftOut[version] ?? [])]);
  const inRooms = roomsForEveryKernel.flatMap((room) =>
    readdirSync(join('test', room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts') && ['root', 'user'].includes(tierOf(file).name))
      .map((file) => join(room, file))
      .sort(),
  );
  const files = [...inRooms, ...filesForEveryKernel].filter((file) => !leftOut.has(file));
  return files.map((file) => join('build/js/test', file.replace(/\.ts$/, '.js')));
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
export async function runTestsOnKernel(version: string, files: readonly string[]): Promise<GuestResult> {
  // A guest cannot write here, and its compiler is slow.
  buildBed();
  buildWorld();
  for (const source of fixturesForGuests) compile(source);
  const command = [
    'echo KERNEL $(uname -r)',
    ...['root', 'user'].map((tier) =>
      runTier(
        tier,
        files.filter((file) => tierOf(file).name === tier),
      ),
    ),
    'echo TOOK $SECONDS',
  ].join('\n');
  const output = await runInGuest(version, command);
  const tallies = [...output.matchAll(/^TALLY (.*)$/gm)].map(([, text]) => readTally(text ?? ''));
  return {
    version,
    release: /^KERNEL (\S+)/m.exec(output)?.[1] ?? '',
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.reduce((sum, { failed }) => sum + failed, 0) + (tallies.length === 2 ? 0 : 1),
    skipped: tallies.flatMap(({ skipped }) => skipped),
    seconds: Number(/^TOOK (\d+)/m.exec(output)?.[1] ?? 0),
    output,
  };
}

/** How nscope is called in a guest. */
export const nscopeInGuest = `${process.execPath} ${nodeFlags} ${join('build', 'js', 'src', 'cli', 'main.js')}`;

/** The same from one file, which starts in a third of the time there; where the package was built. */
export const bundleInGuest = `${process.execPath} ${nodeFlags} ${join('dist', 'nscope.cjs')}`;

/** What a guest has besides what every guest has. */
export interface GuestExtras {
  /** For the kernel's command line. */
  readonly kernelArguments?: string;
  /** For qemu: words without spaces. */
  readonly qemuArguments?: string;
}

/** What a command printed in a guest, which waits for its turn; that it has failed is for its output to say. */
export async function runInGuest(
  version: string,
  command: string,
  { kernelArguments = '', qemuArguments = '' }: GuestExtras = {},
): Promise<string> {
  const options = {
    maxBuffer: 1 << 28,
    timeout: (guestTimeoutS + 60) * 1000,
    env: {
      KERNEL_VM_TIMEOUT_S: `${guestTimeoutS}`,
      KERNEL_VM_MEMORY_MIB: `${guestMemoryMib}`,
      KERNEL_VM_ARGUMENTS: kernelArguments,
      KERNEL_VM_QEMU_ARGUMENTS: qemuArguments,
      ...process.env,
    },
  };
  const leave = await takeSlot();
  const output = await new Promise<string>((resolve) => {
    // A guest does not outlive who waits for it.
    const words = ['--pdeathsig=TERM', '--', kernelVm, 'run', version, command];
    execFile('setpriv', words, options, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
  leave();
  return output;
}

function runTier(tier: string, files: readonly string[]): string {
  if (files.length === 0) return `echo 'TALLY {"passed":0,"failed":0,"skipped":[]}'`;
  const prefix = tier === 'user' ? 'setpriv --reuid=65534 --regid=65534 --clear-groups --' : '';
  const node = `NSCOPE_GUEST=1 TMPDIR=$d HOME=$d ${prefix} ${process.execPath} ${nodeFlags} scripts/test-tier.js $d/tally false ${fileTimeoutMs}`;
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

/** Calls `work` for every item, at most `atOnce` of them at a time; the results are in the order of the items. */
export async function inTurns<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Map<T, R>();
  const waiting = [...items];
  const takeTurns = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) results.set(item, await work(item));
  };
  await Promise.all(Array.from({ length: atOnce }, takeTurns));
  return items.flatMap((item) => results.get(item) ?? []);
}

/** The results as a table, one kernel a line. */
export function formatResults(results: readonly GuestResult[]): string {
  const rows = results.map(({ version, release, passed, failed, skipped, seconds }) =>
    [version, release || 'did not boot', passed, failed, skipped.length, `${seconds} s`].map(String),
  );
  const table = [['kernel', 'release', 'passed', 'failed', 'skipped', 'time'], ...rows];
  return alignColumns(table);
}
