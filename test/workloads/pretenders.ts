// An ordinary user who makes processes, control groups and mounts look like those of engines.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { listMarked, waitUntil } from '../marked-processes.ts';
import { listBelow } from './live-workloads.ts';

/** A uid that no user has. */
export const pretender = 51_234;
export const asPretender = ['setpriv', `--reuid=${pretender}`, `--regid=${pretender}`, '--clear-groups', '--'];

/** What it starts is the init of a pid namespace of its own, as the first process of a container is. */
export const inNamespaces = 'unshare -Urmpnuif --mount-proc sleep 987 &';

export class Pretender {
  readonly directory: string;
  readonly #t: TestContext;

  constructor(t: TestContext) {
    this.#t = t;
    this.directory = mkdtempSync(join(tmpdir(), 'nscope-pretender-'));
    chownSync(this.directory, pretender, pretender);
    t.after(() => rmSync(this.directory, { recursive: true, force: true }));
  }

  /** A shell by another name, with these words, that starts a process as a container's and waits. */
  monitor(program: string, words: readonly string[]): Promise<number> {
    const shell = join(this.directory, program);
    symlinkSync('/bin/sh', shell);
    return this.run([...asPretender, shell, '-s', '--', ...words], `${inNamespaces}\necho ready\nwait\n`);
  }

  /** The same by a program that is set-user-ID root: its effective uid is root's. */
  setUserIdMonitor(program: string, words: readonly string[]): Promise<number> {
    const hidden = join(this.directory, 'root');
    mkdirSync(hidden);
    chmodSync(hidden, 0o750);
    chownSync(hidden, 0, pretender);
    copyFileSync('/bin/sh', join(hidden, program));
    chmodSync(join(hidden, program), 0o4755);
    return this.run(
      [...asPretender, join(hidden, program), '-p', '-s', '--', ...words],
      `${asPretender.join(' ')} sleep 987 &\necho ready\nwait\n`,
    );
  }

  /** A process whose command line is one text without ends of words, as programs write that change their title. */
  titled(program: string, title: string): Promise<number> {
    const perl = join(this.directory, program);
    symlinkSync('/usr/bin/perl', perl);
    const script = `$0 = ${JSON.stringify(title)}; if (fork) { print "ready\\n"; sleep 987 } exec(qw(unshare -Urpmnuif --mount-proc sleep 987))`;
    return this.run([...asPretender, perl, '-e', `$|=1; ${script}`], '');
  }

  /** A process in a control group below one that root made and gave away: `path` is made by the user. */
  inCgroup(hierarchy: string, path: string): Promise<number> {
    const own = join(hierarchy, `nscope-pretender-${process.pid}`);
    const made = ['', ...path.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'))].map((part) =>
      join(own, part),
    );
    mkdirSync(own, { recursive: true });
    for (const file of ['', 'cgroup.procs', 'tasks', 'cgroup.threads'])
      try {
        chownSync(join(own, file), pretender, pretender);
      } catch {
        // Each version has one of the two.
      }
    const last = made.at(-1) ?? own;
    const inside = `mkdir -p "$1" && echo $$ >"$1/cgroup.procs" && ${inNamespaces}\necho ready; wait`;
    const script = 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"';
    const started = this.run(['sh', '-c', script, 'sh', own, ...asPretender, 'sh', '-c', inside, 'sh', last], '');
    // After its processes have ended.
    this.#t.after(async () => {
      for (const directory of made.reverse()) await waitUntil(`${directory} is gone`, () => removeGroup(directory));
    });
    return started;
  }

  /** Runs until the end of the test; resolves when it has written a line. */
  async run(words: readonly string[], input: string): Promise<number> {
    const [command = '', ...rest] = words;
    const env = { ...process.env, HOME: this.directory, XDG_RUNTIME_DIR: this.directory };
    const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'inherit'], cwd: this.directory, env });
    const { pid } = child;
    assert.ok(pid !== undefined);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    this.#t.after(async () => {
      const marked = listMarked(`XDG_RUNTIME_DIR=${this.directory}`).map(Number);
      for (const one of [...marked, ...listBelow(pid).reverse(), pid]) endProcess(one);
      await ended;
      child.stdout.destroy();
    });
    await new Promise((resolve, reject) => {
      child.stdout.once('data', resolve);
      child.once('exit', () => reject(new Error(`${words.join(' ')} ended`)));
      child.stdin.end(input);
    });
    return pid;
  }
}

function removeGroup(directory: string): boolean {
  try {
    rmdirSync(directory);
  } catch {
    return !existsSync(directory);
  }
  return true;
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended with another.
  }
}

/** Where hierarchies of control groups are mounted: that of version 2, and one of version 1 where there is one. */
export function listHierarchies(): string[] {
  const mounts = readFileSync('/proc/self/mounts', 'latin1')
    .split('\n')
    .map((line) => line.split(' '));
  const unified = mounts.find(([, , type]) => type === 'cgroup2')?.[1];
  const first = mounts.find(([, , type, options]) => type === 'cgroup' && options?.split(',').includes('pids'))?.[1];
  return [unified, first].filter((path) => path !== undefined);
}

/** A state directory as Podman has it, which says what its user likes. */
export function writeStorage(directory: string, id: string, name: string): string {
  const containers = join(directory, 'overlay-containers');
  mkdirSync(join(containers, id, 'userdata'), { recursive: true });
  writeFileSync(join(containers, 'containers.json'), JSON.stringify([{ id, names: [name], metadata: '{}' }]));
  return join(containers, id, 'userdata');
}
