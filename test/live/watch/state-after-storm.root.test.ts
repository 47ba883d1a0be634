// After a storm of changes the live state is that of a fresh snapshot, field by field: that of a stream's events, and the
// snapshot that top and namespacefs show.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectSnapshot } from '../../../src/collect/collect.ts';
import { EventSourceError } from '../../../src/live/events/open-source.ts';
import { LiveSnapshot } from '../../../src/live/watch/live-snapshot.ts';
import { Watcher } from '../../../src/live/watch/watcher.ts';
import { LiveState } from '../../../src/model/live/live-state.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import { formatNamespace } from '../../../src/model/snapshot/namespace-types.ts';
import type { Snapshot } from '../../../src/model/snapshot/schema.ts';
import { wantEverything } from '../../../src/model/snapshot/wanted.ts';
import { compile } from '../../fixtures/compile.ts';
import { type Held, hold } from '../../held-process.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { missing } from '../../tiers.ts';

const skip = missing({ root: true, commands: ['unshare', 'ip', 'cc', 'setpriv'] });
const takesBpf = existsSync('/sys/kernel/btf/vmlinux') && isLinuxSince(6, 1);

/** What stays when the storm is over: each writes a line when it is there. */
const staying: readonly (readonly string[])[] = [
  ['unshare', '-Urn', 'sh', '-c', 'echo; sleep 300'],
  ['unshare', '-Ur', 'unshare', '-Urm', 'unshare', '-U', 'sh', '-c', 'echo; sleep 300'],
  ['unshare', '-Urpf', '--mount-proc', 'sh', '-c', 'sleep 300 & echo; sleep 300'],
  // A zombie, also in namespaces of its own, and an orphan.
  ['sh', '-c', 'sleep 0.2 & echo; exec sleep 300'],
  ['unshare', '-Urpf', 'sh', '-c', 'sleep 0.2 & echo; exec sleep 300'],
  ['sh', '-c', 'sh -c "sleep 300 & exit 0"; echo; sleep 300'],
  // Programs, users and namespaces that a process comes by while it lives.
  ['sh', '-c', 'echo; sleep 0.3; exec setpriv --reuid=4321 --clear-groups sleep 300'],
  ['sh', '-c', 'echo; sleep 0.3; exec unshare -ui sleep 300'],
];

async function storm(): Promise<Held[]> {
  const churn = spawn(compile('test/fixtures/namespace-churn.c'), ['600', '600', '500', String(0x7e02_0000)], {
    stdio: 'ignore',
  });
  const ended = once(churn, 'exit');
  const held: Held[] = [];
  for (const [command = '', ...words] of staying) held.push(await hold(command, words));
  await ended;
  return held;
}

/** What the two must have in common, by what it is about. */
function describeState(state: LiveState): Map<string, string> {
  const lines = new Map<string, string>();
  for (const [key, { type, inode, id, owner }] of state.namespaces)
    lines.set(key, JSON.stringify({ type, inode, id, owner: owner === undefined ? 'undefined' : owner }));
  for (const line of state.describe()) lines.set(line, 'there');
  // The kernel's workers go by another name with each piece of work.
  for (const { tid, pid, comm, links } of state.tasks.values())
    if (tid === pid && !/^k?worker/.test(comm) && links.length > 0) lines.set(`name of ${pid}`, comm);
  return lines;
}

/** Every field of every namespace and process; whether a process runs or sleeps at a moment is nothing that stays. */
function describeSnapshot({ namespaces, processes }: Snapshot, ours: ReadonlySet<number>): Map<string, string> {
  const lines = new Map<string, string>();
  for (const namespace of namespaces)
    for (const [field, value] of Object.entries(namespace))
      lines.set(`${formatNamespace(namespace.type, namespace.inode)} ${field}`, JSON.stringify(value));
  for (const { state, threads, comm, ...process } of processes) {
    // How many threads there are, and what kernel threads work at, nothing tells of.
    if (!process.kernelThread) lines.set(`${process.pid}/${process.tid} comm`, comm);
    if (ours.has(process.pid)) lines.set(`${process.pid}/${process.tid} threads`, String(threads));
    lines.set(`${process.pid}/${process.tid} zombie`, String(state === 'Z'));
    for (const [field, value] of Object.entries(process))
      lines.set(`${process.pid}/${process.tid} ${field}`, JSON.stringify(value));
  }
  return lines;
}

/** What no snapshot before or after says, where these two agree: what comes and goes meanwhile does not count. */
function listDifferences(
  live: ReadonlyMap<string, string>,
  [before, after]: readonly [ReadonlyMap<string, string>, ReadonlyMap<string, string>],
): [string, string][] {
  const keys = new Set([...live.keys(), ...before.keys()]);
  return [...keys].flatMap((key) => {
    const [a, now, b] = [before.get(key), live.get(key), after.get(key)];
    return a !== b || now === a ? [] : [[key, `${key} is ${now}, not ${a}`]];
  });
}

const wanted = { attributes: true, commandLines: 'all' } as const;
const longestMs = 60_000;

for (const source of ['bpf', 'process-events', 'comparison'] as const)
  test(`By ${source} the live state after a storm is that of a fresh snapshot, field by field.`, {
    skip,
  }, async (t) => {
    if (source === 'bpf' && !takesBpf) {
      assert.throws(() => new Watcher({ source }), EventSourceError);
      return;
    }
    const name = `nscope-storm-${process.pid}`;
    const bpf = source === 'bpf';
    const watcher = new Watcher({ source, bpf, ...(source === 'comparison' ? { intervalMs: 300 } : {}) }, wanted);
    const live = new LiveSnapshot(watcher);
    // What a reader of the stream has, who began with the first snapshot and saw no other.
    const reader = new LiveState(live.snapshot);
    watcher.listen((event) => reader.apply({ ...event, seq: 0 }));
    let held: Held[] = [];
    try {
      held = await storm();
      assert.equal(spawnSync('ip', ['netns', 'add', name]).status, 0);
      const fresh = () => collectSnapshot({ ...wantEverything, cgroups: false, workloads: false, bpf });
      const began = Date.now();
      const ours = new Set(held.map(({ pid }) => pid));
      // Others use the machine as well: what differs at one moment is a difference when it does at every one.
      let lasting: ReadonlyMap<string, string> | undefined;
      for (;;) {
        const before = fresh();
        await sleep(300);
        watcher.catchUp();
        const snapshot = live.update();
        const own = describeState(reader);
        const both = [before, fresh()] as const;
        const states = both.map((one) => describeState(new LiveState(one))) as [
          Map<string, string>,
          Map<string, string>,
        ];
        const snapshots = both.map((one) => describeSnapshot(one, ours)) as [Map<string, string>, Map<string, string>];
        const shown = describeSnapshot(snapshot, ours);
        const differing: Map<string, string> = new Map([
          ...listDifferences(own, states),
          ...listDifferences(shown, snapshots),
        ]);
        lasting = new Map([...differing].filter(([key]) => lasting?.has(key) !== false));
        if (lasting.size === 0) {
          assertTelling(both[1], held);
          t.diagnostic(`${own.size} and ${shown.size} things were compared, ${Date.now() - began} ms after the storm`);
          break;
        }
        const told = [...lasting.values()].slice(0, 20).join('\n');
        assert.ok(Date.now() - began < longestMs, `${lasting.size} differ:\n${told}`);
      }
    } finally {
      watcher.stop();
      for (const one of held) await one.end();
      spawnSync('ip', ['netns', 'del', name]);
    }
  });

/** There is something in it that is easily lost. */
function assertTelling({ namespaces, processes }: Snapshot, held: readonly Held[]): void {
  const pids = new Set(held.map(({ pid }) => pid));
  assert.ok(processes.filter(({ pid }) => pids.has(pid)).length >= staying.length - 1);
  assert.ok(processes.filter(({ state }) => state === 'Z').length >= 2, 'zombies');
  const users = namespaces.filter(({ type, owner }) => type === 'user' && isKnown(owner) && owner !== null);
  assert.ok(users.length >= 5, 'user namespaces');
}
