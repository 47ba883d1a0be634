// Namespaces that no process is in: those of threads, of children to come, of relatives.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { namespaceLinks, readLinkType } from '../../src/model/snapshot/namespace-types.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';
import { type Bed, bedNeeds, makeBed } from '../bed/bed.ts';
import { baseCount } from '../fuzz/ledger.ts';
import { makeWorld, parseSteps } from '../fuzz/world.ts';
import { isLinuxSince } from '../kernels/release.ts';
import { missing } from '../tiers.ts';
import { find } from './unshared.ts';

const skip = missing({ ...bedNeeds, root: true });

/** What /proc and the ioctls of namespaces alone can tell. */
const withoutHolders = { ...wantEverything, holders: false, bpf: false };

async function withBed(places: readonly string[], check: (bed: Bed) => void): Promise<void> {
  const bed = await makeBed(places);
  try {
    assert.ok(bed.namespaces.length > 0, `the bed made nothing: ${JSON.stringify(bed.unsupported)}`);
    check(bed);
  } finally {
    await bed.release();
  }
}

for (const bpf of [true, false])
  test(`A namespace that one thread alone is in is found with that thread, ${bpf ? 'by BPF where it can be' : 'by /proc'}.`, {
    skip,
  }, async () => {
    await withBed(['thread', 'thread-leader-exited'], (bed) => {
      const snapshot = collectSnapshot({ ...withoutHolders, bpf });
      for (const { place, type, inode, holder, auxiliary } of bed.namespaces) {
        if (auxiliary) continue;
        const { processes } = find(snapshot, type, inode);
        const task = snapshot.processes.find(({ tid }) => tid === holder.tid);
        assert.ok(task, `${place} ${type}: thread ${holder.tid} is not in the snapshot`);
        assert.equal(task.namespaces[type], inode, `${place} ${type}`);
        assert.notEqual(task.tid, task.pid);
        // A leader that has exited stays in its pid namespace, and the thread is then not elsewhere.
        const { count, threads } = processes;
        assert.ok(place === 'thread' ? threads === 1 : threads + count === 1, `${place} ${type}: ${count}, ${threads}`);
        assert.notEqual(processes.leader, null);
      }
    });
  });

for (const bpf of [true, false])
  test(`A namespace that only children will be born in is found, ${bpf ? 'by BPF where it can be' : 'by /proc'}.`, {
    skip,
  }, async () => {
    await withBed(['for-children'], (bed) => {
      const snapshot = collectSnapshot({ ...withoutHolders, bpf });
      for (const { type, inode, auxiliary } of bed.namespaces) {
        if (auxiliary) continue;
        assert.deepEqual(find(snapshot, type, inode).processes, { count: 0, threads: 0, forChildren: 1, leader: null });
        const link = namespaceLinks.find((name) => name !== type && readLinkType(name) === type);
        assert.ok(link && snapshot.processes.some(({ namespaces }) => namespaces[link] === inode));
      }
    });
  });

test('Parents and owners of what a descriptor holds are found by climbing, with their own owner and parent.', {
  skip,
}, async () => {
  await withBed(['parent-only', 'owner-only'], (bed) => {
    const snapshot = collectSnapshot({ ...wantEverything, bpf: false });
    const tops = new Set<number>();
    for (const { place, type, inode, holder, auxiliary } of bed.namespaces) {
      if (auxiliary) continue;
      const name = `${place} ${type}`;
      const namespace = find(snapshot, type, inode);
      assert.equal(namespace.processes.count, 0, name);
      assert.equal(typeof namespace.owner, 'number', `${name} has the owner ${JSON.stringify(namespace.owner)}`);
      assert.equal(typeof namespace.parent, 'number', name);
      assert.equal(typeof namespace.level, 'number', name);
      const below = holder.child ?? holder.owned;
      assert.ok(
        snapshot.namespaces.some((one) => one.inode === below && (one.parent === inode || one.owner === inode)),
        `nothing is below ${name}`,
      );
      tops.add(inode);
      if (type === 'user') {
        const unseen = { unknown: 'unsupported', detail: 'no process is in it, and /proc shows maps by process' };
        assert.deepEqual(namespace.uidMap, unseen);
      }
    }
    assert.ok(tops.size >= 3);
  });
});

test('The 64-bit id of a namespace is known wherever it hides, so that it is told from the next bearer of its number.', {
  skip,
}, async () => {
  const places = ['process', 'thread', 'fd', 'fd-in-flight', 'bind-mount', 'socket', 'pidfd', 'peer-credentials'];
  await withBed(places, ({ namespaces }) => {
    const snapshot = collectSnapshot(wantEverything);
    let compared = 0;
    for (const { place, type, inode, id } of namespaces) {
      const found = snapshot.namespaces.find((one) => one.type === type && one.inode === inode);
      // Without the kernel's own list what nothing visible holds may be missing.
      if (!found) continue;
      if (isLinuxSince(6, 18)) assert.equal(found.id, String(id), `${place} ${type}`);
      else assert.equal(typeof found.id, 'object', `${place} ${type}: this kernel gives no id`);
      assert.equal(typeof found.owner, 'number', `${place} ${type} has the owner ${JSON.stringify(found.owner)}`);
      compared++;
    }
    assert.ok(compared >= 30, `${compared} were compared`);
    assert.ok(namespaces.some(({ place }) => place === 'fd-in-flight'));
  });
});

for (const bpf of [true, false])
  test(`A thread elsewhere has its numbers in the pid namespaces below, ${bpf ? 'by BPF where it can be' : 'by /proc'}.`, {
    skip,
  }, async () => {
    // The init of a pid namespace, one thread of which has a uts namespace of its own.
    const world = await makeWorld(parseSteps('w0,16,1 t0,7,0'));
    try {
      const tid = world.ledger.worker(1).thread?.tid;
      const thread = collectSnapshot({ ...withoutHolders, bpf }).processes.find((task) => task.tid === tid);
      const status = readFileSync(`/proc/${world.ledger.worker(1).pid}/task/${tid}/status`, 'latin1');
      const numbers = /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/).map(Number);
      assert.equal(numbers?.length, 2);
      assert.deepEqual(thread?.pids, numbers);
    } finally {
      await world.release();
    }
  });

test('Without BPF the owner is found of a network namespace that a socket alone leads to.', { skip }, async () => {
  // A process in eight new namespaces makes a socket, gives it away and ends.
  const world = await makeWorld(parseSteps('w0,255,1 s0,0,0 k0,0,0'));
  try {
    const { ledger } = world;
    const net = ledger.spaces.slice(baseCount).find(({ type }) => type === 'net') ?? assert.fail('no net namespace');
    const owner = ledger.space(net.owner).inode;
    const snapshot = collectSnapshot({ bpf: false });
    const found = find(snapshot, 'net', net.inode);
    assert.deepEqual([found.owner, found.processes.count], [owner, 0]);
    assert.deepEqual(find(snapshot, 'user', owner).owner, snapshot.host.vantage.namespaces.user);
  } finally {
    await world.release();
  }
});

test('Without BPF what stands above a namespace whose mount another covers is said to be out of reach.', {
  skip,
}, async () => {
  // The second process mounts the pid namespace of the first, which ends, below its /mnt, and then something on /mnt.
  const world = await makeWorld(parseSteps('w0,255,1 w0,255,1 b0,4,2 k0,0,0 o0,0,0'));
  try {
    const { ledger } = world;
    const [hold] = ledger.holds.values();
    assert.equal(hold?.covered, true);
    const { inode } = ledger.space(hold.space);
    const snapshot = collectSnapshot({ bpf: false });
    const { owner, parent } = find(snapshot, 'pid', inode);
    const noPath = { unknown: 'denied', detail: 'nothing that could be opened leads there, so that it was not asked' };
    assert.deepEqual([owner, parent], [noPath, noPath]);
    const reason = `the owner of pid:[${inode}] is out of reach: nothing that could be opened leads there`;
    assert.ok(
      snapshot.coverage.reasons.some((one) => one.includes(reason)),
      snapshot.coverage.reasons.join('\n'),
    );
  } finally {
    await world.release();
  }
});
