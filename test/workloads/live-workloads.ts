// Workloads of this host while a test runs engines on it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import type { Process, Snapshot, Workload } from '../../src/model/snapshot/schema.ts';
import { readChildren } from '../held-process.ts';
import { asNobody } from '../kernel/detect/settings.ts';
import { findCommand } from '../tiers.ts';

/** Workloads of an engine, once `done` says so: processes may still be about to execute their program. */
export async function waitFor(done: (workloads: readonly Workload[]) => boolean): Promise<Snapshot> {
  for (const deadline = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const snapshot = collectSnapshot();
    if (isKnown(snapshot.workloads) && done(snapshot.workloads)) return snapshot;
    if (Date.now() > deadline) assert.fail(JSON.stringify(snapshot.workloads, undefined, 1));
  }
}

export function find(snapshot: Snapshot, engine: string, name: string): Workload {
  assert.ok(isKnown(snapshot.workloads));
  const found = snapshot.workloads.filter((one) => one.engine === engine && one.name === name);
  assert.equal(found.length, 1, `${engine}:${name}`);
  return found[0] as Workload;
}

export function has(engine: string, name: string, processes = 1) {
  return (workloads: readonly Workload[]) =>
    workloads.some((one) => one.engine === engine && one.name === name && one.pids.length >= processes);
}

/** All processes in the mount namespace of the workload's leader, which is its own. */
export function listInside(snapshot: Snapshot, { leader }: Workload): readonly number[] {
  const inside = snapshot.processes.find(({ pid }) => pid === leader)?.namespaces.mnt;
  assert.ok(inside !== undefined && isKnown(inside));
  const isInside = ({ pid, tid, state, namespaces }: Process) =>
    pid === tid && state !== 'Z' && namespaces.mnt === inside;
  return snapshot.processes.filter(isInside).map(({ pid }) => pid);
}

/** Nobody finds the same processes in it, by the name or the id; of what is still booting, once it has booted. */
export async function assertSeenByNobody(target: string, engine: string, name: string): Promise<void> {
  const [program = '', ...rest] = [...asNobody, process.execPath, join(process.cwd(), 'build/js/src/cli/main.js')];
  const words = [...rest, 'ps', target, '--json', '-o', 'pid,workload'];
  for (const deadline = Date.now() + 30_000; ; ) {
    const before = find(collectSnapshot(), engine, name).pids;
    const { stdout, stderr, status } = spawnSync(program, words, { encoding: 'utf8', timeout: 120_000 });
    assert.equal(status, 0, stderr);
    const { processes } = JSON.parse(stdout) as { processes: { pid: number }[] };
    const seen = processes.map(({ pid }) => pid);
    if (Date.now() > deadline) assert.deepEqual(seen, before);
    if (String(seen) === String(before)) return;
  }
}

/** A program that ends with the test, and all that it started. */
export function start(t: TestContext, command: string, words: readonly string[]): number {
  const child = spawn(findCommand(command) ?? command, words, { stdio: 'ignore', detached: true });
  const { pid } = child;
  assert.ok(pid !== undefined);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  t.after(async () => {
    // Who made a sandbox may leave it behind: what it started ends first.
    for (const one of listBelow(pid).reverse()) kill(one);
    kill(pid);
    await ended;
  });
  return pid;
}

export function listBelow(pid: number): number[] {
  try {
    return readChildren(pid).flatMap((child) => [child, ...listBelow(child)]);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended with another.
  }
}
