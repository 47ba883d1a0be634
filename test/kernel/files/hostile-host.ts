// What a user may lay where nscope looks, and how nscope fares with it: how long it takes, how much memory, what it says.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { main } from '../../cli/run-nscope.ts';
import { compile } from '../../fixtures/compile.ts';
import { type Held, hold } from '../../held-process.ts';

/** Stands in a file that nobody but its owner was to read. */
export const secret = 'not-for-you-c0ffee';

/** Each lays something at a path that is free; `outside` holds the secret, and lies out of the root. */
export const plants: Readonly<Record<string, (path: string, outside: string) => void>> = {
  pipe: (path) => runs('mkfifo', path),
  'absolute link': (path, outside) => symlinkSync(outside, path),
  'link out': (path, outside) => symlinkSync(`../../../../../../../..${outside}`, path),
  'endless device': (path) => runs('mknod', path, 'c', '1', '5'),
  'terminal device': (path) => runs('mknod', path, 'c', '5', '0'),
  'sparse file': (path) => {
    writeFileSync(path, '');
    truncateSync(path, 10 * 2 ** 30);
  },
  directory: (path) => mkdirSync(path),
};

export function runs(command: string, ...words: readonly string[]): void {
  const { status, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  assert.equal(status, 0, `${command} ${words.join(' ')}: ${stderr}`);
}

/** What a test made, undone last first: a directory is removed when nothing is mounted in it any more. */
const undoing = new WeakMap<TestContext, (() => unknown)[]>();

export function undoAfter(t: TestContext, undo: () => unknown): void {
  const known = undoing.get(t);
  if (known) {
    known.push(undo);
    return;
  }
  const list = [undo];
  undoing.set(t, list);
  t.after(async () => {
    for (const one of list.reverse()) await one();
  });
}

/** A directory for one test, with a file of its host's. */
export function makeRoom(t: TestContext): { readonly root: string; readonly outside: string } {
  const room = mkdtempSync(join(tmpdir(), 'nscope-hostile-'));
  undoAfter(t, () => rmSync(room, { recursive: true, force: true }));
  const [root, outside] = [join(room, 'root'), join(room, 'outside')];
  mkdirSync(root);
  writeFileSync(outside, JSON.stringify([{ id: secret, name: secret }]));
  return { root, outside };
}

/** Makes the directories above a file and gives its path. */
export function pathIn(root: string, file: string): string {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

/** A process whose root is a directory. */
export async function holdIn(t: TestContext, root: string): Promise<Held> {
  const held = await hold(compile('test/fixtures/idle.c'), ['--root', root]);
  undoAfter(t, () => held.end());
  return held;
}

/**
 * Mounts a file system that answers until `silence`, and again after `speak`.
 * @param before - the words of a command that runs the server, as another user or in namespaces of its own
 * @param user - the uid that it is mounted for, as fusermount3(1) does: nobody else may look at it, not even root
 */
export async function mountSilent(t: TestContext, directory: string, before: readonly string[] = [], user?: number) {
  const [command = '', ...words] = [...before, compile('test/fixtures/silent-fuse.c'), directory];
  if (user !== undefined) words.push(String(user));
  const server = await hold(command, words);
  undoAfter(t, async () => {
    await server.end();
    spawnSync('umount', ['-l', directory]);
  });
  return {
    pid: server.pid,
    silence: () => process.kill(server.pid, 'SIGUSR1'),
    speak: () => process.kill(server.pid, 'SIGUSR2'),
  };
}

export interface Run {
  readonly status: number | null;
  readonly output: string;
  readonly elapsedMs: number;
  readonly maxRssMiB: number;
}

/** Tells the largest memory of the process that loads it. */
const tellMemory =
  "process.on('exit',()=>require('fs').writeFileSync(process.env.NSCOPE_TEST_RSS,String(process.resourceUsage().maxRSS)))";

/** Runs the command; `elapsedMs` is until it has ended and its outputs are closed. */
export function runTimed(words: readonly string[]): Run {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-rss-'));
  try {
    const [script, file] = [join(directory, 'tell.cjs'), join(directory, 'rss')];
    writeFileSync(script, tellMemory);
    const began = performance.now();
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--require', script, main, ...words], {
      encoding: 'utf8',
      timeout: 20_000,
      killSignal: 'SIGKILL',
      maxBuffer: 2 ** 28,
      env: { ...process.env, NSCOPE_TEST_RSS: file },
    });
    const elapsedMs = performance.now() - began;
    assert.notEqual(status, null, `nscope ${words.join(' ')} did not end: ${stderr}`);
    return { status, output: stdout + stderr, elapsedMs, maxRssMiB: Number(readFileSync(file, 'latin1')) / 1024 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** How much longer than without what was planted the command may take, and how much more memory. */
export const patienceMs = 2000;
const maxMoreMiB = 150;

/** Asserts that a run neither hung nor read on and on, and showed nothing of the host's. */
export function assertUnharmed(run: Run, usual: Run, what: string): void {
  assert.ok(run.elapsedMs < usual.elapsedMs + patienceMs, `${what}: ${Math.round(run.elapsedMs)} ms`);
  assert.ok(run.maxRssMiB < usual.maxRssMiB + maxMoreMiB, `${what}: ${Math.round(run.maxRssMiB)} MiB`);
  assert.ok(!run.output.includes(secret), `${what} shows what it should not: ${run.output}`);
}
