// The tiers of the tests: which tier a test file belongs to, and what a test names when it cannot run.
//
// How to write a test
// - The file's name says its tier: `x.test.ts` is pure, `x.user.test.ts`, `x.root.test.ts`, `x.engines.test.ts` and so
//   on belong to the tier in the name. Paths mirror src/: test/sources/tasks/signs.root.test.ts.
// - A test that needs something of the host says so in its options, and the skip then names what is missing:
//     test('A sentence.', { skip: missing({ root: true, commands: ['ip'] }) }, () => { … });
//   What the tier itself promises (root, for the tier root) is to be named too, since a file may be run alone.
// - In a promised tier (NSCOPE_PROMISED_TIERS=pure,user,root) every skip is a failure, and so is a tier without a test.
//   A test for another kernel therefore asserts what this kernel answers, or belongs to the tier kernels.
// - The working directory is the root of the package. Files of the tier user run as uid 65534 when root runs the tests,
//   with TMPDIR a directory of their own; they may write nowhere else.
//
// How to run them: `npm test` (all tiers), `npm test -- pure user`, `npm test -- --no-build root`, or one file:
// `node --test build/js/test/parse/proc/stat.test.js`.
import { accessSync, constants, readFileSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';

/** What the runner knows of a tier. */
export interface Tier {
  readonly name: string;
  readonly meaning: string;
  /** Whether its files run as an unprivileged user even when root runs the tests. */
  readonly unprivileged: boolean;
  /** Whether its files may run at the same time: not where a test compares what the whole host holds. */
  readonly parallel: boolean;
  /** Whether a file in which a test failed is run once more, alone: where others change the host that a test looks at. */
  readonly again?: true;
  /** The longest that one test file may take. */
  readonly timeoutMs: number;
}

/** Every tier, in the order in which they run. */
export const tiers: readonly Tier[] = [
  { name: 'pure', meaning: 'recorded text and plain values', unprivileged: false, parallel: true, timeoutMs: 240_000 },
  {
    name: 'user',
    meaning: 'namespaces of the kernel, without privilege',
    unprivileged: true,
    parallel: false,
    again: true,
    timeoutMs: 180_000,
  },
  {
    name: 'root',
    meaning: 'namespaces of the kernel, as root',
    unprivileged: false,
    parallel: false,
    again: true,
    timeoutMs: 300_000,
  },
  {
    name: 'engines',
    meaning: 'container engines and sandboxes',
    unprivileged: false,
    parallel: false,
    timeoutMs: 600_000,
  },
  {
    name: 'package',
    meaning: 'the tarball and its prebuilt addons',
    unprivileged: false,
    parallel: false,
    timeoutMs: 900_000,
  },
  {
    name: 'kernels',
    meaning: 'other kernels, under emulation',
    unprivileged: false,
    // Guests wait for their turn, whichever file starts them.
    parallel: true,
    timeoutMs: 3_000_000,
  },
];

/**
 * The tier that a test file's name gives.
 * @throws Error for a tier that does not exist, so that a slip of the pen hides no test
 */
export function tierOf(file: string): Tier {
  const name = /\.([^.]+)\.test\.[jt]s$/.exec(basename(file))?.[1] ?? 'pure';
  const tier = tiers.find((candidate) => candidate.name === name);
  if (!tier) throw new Error(`${file}: no tier is called '${name}' (${tiers.map((known) => known.name).join(', ')})`);
  return tier;
}

/** What a test needs of the host that runs it. */
export interface Needs {
  /** Uid 0 with CAP_SYS_ADMIN. */
  readonly root?: boolean;
  /** Any uid but 0. */
  readonly unprivileged?: boolean;
  /** Programs in PATH or in the directories of the system administrator. */
  readonly commands?: readonly string[];
  /** Files that this process can read. */
  readonly files?: readonly string[];
}

/** Why a test cannot run here, for the option `skip` of node:test; `false` when nothing is missing. */
export function missing(needs: Needs): string | false {
  const lacks: string[] = [];
  if (needs.root && !isRoot()) lacks.push('root with CAP_SYS_ADMIN');
  if (needs.unprivileged && process.geteuid?.() === 0) lacks.push('an unprivileged user');
  for (const command of needs.commands ?? []) if (!findCommand(command)) lacks.push(`the command ${command}`);
  for (const file of needs.files ?? []) if (!allows(file, constants.R_OK)) lacks.push(`a readable ${file}`);
  return lacks.length > 0 && `needs ${lacks.join(', ')}`;
}

/** The full path of a program, or undefined. */
export function findCommand(name: string): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return directories.map((directory) => join(directory, name)).find((file) => allows(file, constants.X_OK));
}

function isRoot(): boolean {
  const capSysAdmin = 21n;
  const effective = /^CapEff:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0';
  return process.geteuid?.() === 0 && ((BigInt(`0x${effective}`) >> capSysAdmin) & 1n) === 1n;
}

function allows(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}
