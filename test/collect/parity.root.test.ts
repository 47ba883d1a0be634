// With BPF and without: the same processes, the same namespaces, field by field. Holds on every kernel.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isKnown } from '../../src/model/snapshot/known.ts';
import {
  formatNamespace,
  namespaceLinks,
  namespaceTypes,
  readLinkType,
} from '../../src/model/snapshot/namespace-types.ts';
import type { Snapshot } from '../../src/model/snapshot/schema.ts';
import { validateSnapshot } from '../../src/model/snapshot/validate-snapshot.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';
import { type Bed, bedNeeds, makeBed } from '../bed/bed.ts';
import { compile } from '../fixtures/compile.ts';
import { type Held, hold, readLinksOf } from '../held-process.ts';
import { expectationOf, sightOfKernel } from '../hiding/expectations.ts';
import { missing } from '../tiers.ts';
import { compareSnapshots, type Parity, type Subject } from './parity.ts';
import { takeInTime } from './take-in-time.ts';

const skip = missing({ root: true, commands: bedNeeds.commands ?? [] });
const treeSize = 60;

/** The bed of hiding places and a random tree, all of them stopped. */
interface Still extends Subject {
  readonly bed: Bed;
  release(): Promise<void>;
}

async function standStill(seed: number): Promise<Still> {
  const bed = await makeBed();
  let tree: Held | undefined;
  try {
    tree = await hold(compile('test/fixtures/random-tree.c'), [`${seed}`, `${treeSize}`]);
    const pids = listDescendants([bed.pid, tree.pid]);
    for (const pid of pids) signal(pid, 'SIGSTOP');
    await untilStopped(pids);
    const [ownTree, own] = [tree, readLinksOf(process.pid)];
    const ours = new Set(namespaceTypes.map((type) => formatNamespace(type, own[type])));
    const theirs = new Set(
      [...bed.namespaces, ...readNamespacesOf(pids)].map((one) => formatNamespace(one.type, one.inode)),
    );
    const release = async () => {
      for (const pid of pids) signal(pid, 'SIGCONT');
      await ownTree.end();
      await bed.release();
    };
    return {
      bed,
      release,
      holdsStill: (pid) => pids.has(pid),
      isTheirs: ({ type, inode }) =>
        theirs.has(formatNamespace(type, inode)) && !ours.has(formatNamespace(type, inode)),
    };
  } catch (error) {
    await tree?.end();
    await bed.release();
    throw error;
  }
}

function listDescendants(roots: readonly number[]): ReadonlySet<number> {
  const parents = new Map<number, number>();
  for (const pid of readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number))
    parents.set(pid, Number(/^PPid:\s+(\d+)/m.exec(readStatus(pid))?.[1] ?? 0));
  const leadsTo = (pid: number): boolean => pid !== 0 && (roots.includes(pid) || leadsTo(parents.get(pid) ?? 0));
  return new Set([...parents.keys()].filter(leadsTo));
}

function readStatus(path: number | string): string {
  try {
    return readFileSync(`/proc/${path}/status`, 'latin1');
  } catch {
    return '';
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // A zombie that was waited for meanwhile.
  }
}

/** Every thread of them: stopped, or ended. */
async function untilStopped(pids: Iterable<number>): Promise<void> {
  const tasks = [...pids].flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((tid) => `${pid}/task/${tid}`));
  const moves = (task: string) => /^State:\t[^TZX]/m.test(readStatus(task));
  for (const deadline = Date.now() + 60_000; tasks.some(moves); ) {
    assert.ok(Date.now() < deadline, `still moving: ${tasks.filter(moves).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** By stat of the links of every thread. */
function readNamespacesOf(pids: Iterable<number>) {
  return [...pids].flatMap((pid) =>
    readdirSync(`/proc/${pid}/task`).flatMap((tid) => {
      try {
        const links = readLinksOf(Number(tid));
        return namespaceLinks.map((link) => ({ type: readLinkType(link), inode: links[link] }));
      } catch {
        // A zombie has none, and a pid namespace without an init has no number.
        return [];
      }
    }),
  );
}

function take(bpf: boolean): Promise<Snapshot> {
  return takeInTime({ ...wantEverything, bpf });
}

/** Nothing differs but what the table of hiding places says that BPF alone shows. */
function check({ tasks, namespaces, byBpfAlone, differences }: Parity, { bed }: Still, seed: number): void {
  assert.deepEqual(differences.slice(0, 10), [], `${differences.length} differences; the seed is ${seed}`);
  assert.ok(tasks >= treeSize, `only ${tasks} tasks were compared`);
  assert.ok(namespaces >= 60, `only ${namespaces} namespaces were compared`);
  const hidden = new Set(
    bed.namespaces
      .filter((made) => made.auxiliary || !expectationOf(made, 'proc').found)
      .map(({ type, inode }) => formatNamespace(type, inode)),
  );
  for (const { type, inode, processes } of byBpfAlone) {
    const name = formatNamespace(type, inode);
    const isUnborn = type === 'pid' && processes.count === 0 && processes.forChildren > 0;
    assert.ok(hidden.has(name) || isUnborn, `${name} is told with BPF alone; the seed is ${seed}`);
  }
}

test('On a set of processes that stands still BPF and /proc give equal snapshots, field by field.', {
  skip,
}, async (t) => {
  for (const seed of [7, Date.now() % 100_000]) {
    const still = await standStill(seed);
    let parity: Parity;
    try {
      const bpf = await take(true);
      const usedBpf = bpf.coverage.sources.some(({ source, ran, found }) => source === 'tasks' && ran && found > 0);
      assert.equal(usedBpf, sightOfKernel() !== 'proc', 'BPF was used where it can be');
      parity = compareSnapshots(bpf, await take(false), still);
    } finally {
      await still.release();
    }
    check(parity, still, seed);
    const { tasks, namespaces, byBpfAlone, explained } = parity;
    t.diagnostic(`seed ${seed}: ${tasks} tasks, ${namespaces} namespaces equal, ${byBpfAlone.length} by BPF alone`);
    for (const [reason, count] of explained) t.diagnostic(`${count} fields differ: ${reason}`);
  }
});

test('While others fork and end, both ways agree on what stands still, and no snapshot contradicts itself.', {
  skip,
}, async (t) => {
  const seed = Date.now() % 100_000;
  const still = await standStill(seed);
  // It ends with its standard input.
  const storm = await hold('sh', ['-c', 'sleep 300 | "$0" 4 300', compile('test/fixtures/fork-storm.c')]);
  const workers = JSON.parse(storm.line) as readonly { name: string; uts: number; ipc: number }[];
  const caught = { bpf: 0, proc: 0 };
  // A guest is slow, and four kernels run this.
  const rounds = process.env['NSCOPE_GUEST'] ? 2 : 4;
  try {
    for (let i = 0; i < rounds; i++) {
      const [bpf, proc] =
        i % 2 === 0 ? [await take(true), await take(false)] : inOrder(await take(false), await take(true));
      check(compareSnapshots(bpf, proc, still), still, seed);
      for (const [how, snapshot] of [
        ['bpf', bpf],
        ['proc', proc],
      ] as const) {
        expectSense(snapshot, workers);
        caught[how] += snapshot.processes.filter(({ comm }) => /^storm-\d$/.test(comm)).length - workers.length;
      }
    }
  } finally {
    await storm.end();
    await still.release();
  }
  t.diagnostic(`tasks of the storm that were listed: ${caught.bpf} with BPF, ${caught.proc} without`);
  assert.ok(caught.bpf + caught.proc > 0, 'no child of the storm was ever listed: nothing was tried');
});

function inOrder(proc: Snapshot, bpf: Snapshot): readonly [Snapshot, Snapshot] {
  return [bpf, proc];
}

/** What holds of every snapshot, whatever happened while it was taken. */
function expectSense(snapshot: Snapshot, workers: readonly { name: string; uts: number; ipc: number }[]): void {
  validateSnapshot(JSON.parse(JSON.stringify(snapshot)));
  const { processes, namespaces, coverage } = snapshot;
  assert.deepEqual(coverage.disagreements, []);
  const listed = new Map(namespaces.map((one) => [formatNamespace(one.type, one.inode), one]));
  assert.equal(listed.size, namespaces.length, 'no namespace is told twice');
  const tids = new Set(processes.map(({ tid }) => tid));
  assert.equal(tids.size, processes.length, 'no task is told twice');
  const members = new Map<string, number>();
  for (const { pid, tid, namespaces: links } of processes)
    for (const type of namespaceTypes) {
      const inode = links[type];
      if (!isKnown(inode)) continue;
      const name = formatNamespace(type, inode);
      assert.ok(listed.has(name), `${name} of task ${tid} is listed`);
      if (pid === tid) members.set(name, (members.get(name) ?? 0) + 1);
    }
  for (const [name, { type, owner, parent, processes: tasks }] of listed) {
    assert.equal(tasks.count, members.get(name) ?? 0, `the count of ${name}`);
    if (isKnown(owner) && owner !== null) assert.ok(listed.has(formatNamespace('user', owner)), `the owner of ${name}`);
    if (parent !== undefined && isKnown(parent) && parent !== null)
      assert.ok(listed.has(formatNamespace(type, parent)), `the parent of ${name}`);
  }
  for (const { name, uts, ipc } of workers) {
    const own = processes.filter(({ comm }) => comm === name);
    const known = own.filter(({ namespaces: { uts, ipc } }) => isKnown(uts) && isKnown(ipc));
    assert.ok(known.length > 0, `${name} is listed with where it is`);
    for (const { tid, namespaces: links } of own)
      for (const [type, inode] of [
        ['uts', uts],
        ['ipc', ipc],
      ] as const)
        if (isKnown(links[type])) assert.equal(links[type], inode, `${name} ${tid}`);
  }
}
