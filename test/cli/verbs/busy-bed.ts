// A mount namespace of its own for what keeps mounts busy, so that nobody else's processes get copies of the mounts; and the
// proof of an answer of nscope busy: its commands are run one by one, and then what was refused works.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { BusyRow } from '../../../src/analysis/busy/find-rows.ts';
import type { BusyVerdict } from '../../../src/analysis/busy/judge-busy.ts';
import { type Held, hold } from '../../held-process.ts';
import { main } from '../run-nscope.ts';

export interface BusyJson {
  readonly subject: { readonly device: string; readonly notes: readonly string[]; readonly mounts: readonly unknown[] };
  readonly unmount: BusyVerdict | null;
  readonly fileSystem: BusyVerdict;
  readonly unseen: readonly string[];
}

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class BusyBed {
  /** Of the process that keeps the mount namespace. */
  readonly pid: number;
  /** A tmpfs, private, whose directories the mounts of a test lie on. */
  readonly room: string;
  readonly #own = new Set<number>();

  private constructor(pid: number, room: string) {
    this.pid = pid;
    this.room = room;
  }

  static async make(t: TestContext): Promise<BusyBed> {
    const directory = mkdtempSync(join(tmpdir(), 'nscope-busy-'));
    const words = ['-m', '--propagation', 'private', 'sh', '-c', 'echo ready; exec sleep 1000'];
    const held = await hold('unshare', words);
    t.after(async () => {
      await held.end();
      rmSync(directory, { recursive: true, force: true });
    });
    const bed = new BusyBed(held.pid, directory);
    bed.run('mount', '-t', 'tmpfs', 'room', directory);
    return bed;
  }

  /** Runs a command in the mount namespace. @throws where it fails */
  run(command: string, ...words: string[]): string {
    const { status, stdout, stderr } = this.attempt(command, ...words);
    assert.equal(status, 0, `${command} ${words.join(' ')}: ${stderr}`);
    return stdout;
  }

  attempt(command: string, ...words: string[]): Ran {
    return spawnSync('nsenter', ['-t', `${this.pid}`, '-m', command, ...words], { encoding: 'utf8', timeout: 60_000 });
  }

  /** A new directory in the room. */
  directory(name: string): string {
    const path = join(this.room, name);
    this.run('mkdir', path);
    return path;
  }

  /** A tmpfs on a new directory. */
  mountTmpfs(name: string): string {
    const path = this.directory(name);
    this.run('mount', '-t', 'tmpfs', name, path);
    return path;
  }

  /** A process of the test, which an answer may name to be ended. */
  async hold(t: TestContext, command: string, ...words: string[]): Promise<Held> {
    const held = await hold('nsenter', ['-t', `${this.pid}`, '-m', command, ...words]);
    t.after(() => held.end());
    this.#own.add(held.pid);
    return held;
  }

  python(t: TestContext, text: string): Promise<Held> {
    return this.hold(t, 'python3', '-c', `import os, sys, time\n${text}\nprint('ready', flush=True)\ntime.sleep(1000)`);
  }

  /** Lets an answer also end a process that was not started by hold. */
  own(pid: number): void {
    this.#own.add(pid);
  }

  ask(...words: string[]): BusyJson & { readonly status: number | null } {
    const { status, stdout, stderr } = this.attempt(process.execPath, main, 'busy', '--json', ...words);
    assert.ok(status === 0 || status === 1 || status === 3, `${words.join(' ')}: ${stderr}`);
    return { ...(JSON.parse(stdout) as BusyJson), status };
  }

  /** Runs the commands of a verdict in the order in which they stand. They end no process but those of the test. */
  follow(verdict: BusyVerdict | null): void {
    assert.equal(verdict?.verdict, 'busy');
    const steps = verdict?.steps ?? [];
    // None of them is run where one is of others.
    for (const { command, what, note } of steps) {
      assert.ok(command !== null, `${what}: ${note}`);
      const pids = [...command.matchAll(/\bkill (?:-\w+ )?(\d+)/g)].map(([, pid]) => Number(pid));
      for (const pid of pids) assert.ok(this.#own.has(pid), `${command} would end a process that is not the test's`);
      this.run('sh', '-c', command);
      for (const pid of pids) waitForEnd(pid);
    }
  }

  /** umount(8) is refused, the answer says so and by what, and after its commands the path is no mount point. */
  proveUnmount(path: string, isHolder: (row: BusyRow) => boolean, ...words: string[]): BusyJson {
    const refused = this.attempt('umount', path);
    assert.match(refused.stderr, /busy/);
    const answer = this.ask(...words, path);
    assert.equal(answer.status, 1);
    const { unmount } = answer;
    assert.ok(unmount?.rows.some(isHolder), JSON.stringify(unmount, undefined, 1));
    this.follow(unmount);
    assert.notEqual(this.attempt('mountpoint', '-q', path).status, 0, 'it is still mounted');
    return answer;
  }
}

/** A zombie has given back all that it had. */
function waitForEnd(pid: number): void {
  for (let i = 0; i < 400; i++) {
    try {
      if (/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))) return;
    } catch {
      return;
    }
    spawnSync('sleep', ['0.02']);
  }
  assert.fail(`process ${pid} did not end`);
}

/** A file of the room with a small ext4 in it, or what `make` makes, as a loop device. */
export function makeLoop(t: TestContext, bed: BusyBed, name: string, make = ['mkfs.ext4', '-q']) {
  const image = `${bed.room}/${name}`;
  bed.run('truncate', '-s', '16M', image);
  bed.run(make[0] ?? '', ...make.slice(1), image);
  const device = bed.run('losetup', '-f', '--show', image).trim();
  // The mounts of the room are gone by then.
  t.after(() => spawnSync('losetup', ['-d', device]));
  return { image, device };
}

/** As a new mount or mkfs opens it. @throws where the kernel says EBUSY */
export function openExclusively(bed: BusyBed, device: string): void {
  bed.run('python3', '-c', `import os; os.open(${JSON.stringify(device)}, os.O_RDONLY | os.O_EXCL)`);
}
