// What a plain listing reads: less than a whole snapshot, and not one namespace less. Holds on every kernel.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { formatNamespace } from '../../src/model/snapshot/namespace-types.ts';
import type { Namespace, Snapshot } from '../../src/model/snapshot/schema.ts';
import { validateSnapshot } from '../../src/model/snapshot/validate-snapshot.ts';
import { wantEverything, wantNamespaces } from '../../src/model/snapshot/wanted.ts';
import { bedNeeds, makeBed } from '../bed/bed.ts';
import { sightOfKernel } from '../hiding/expectations.ts';
import { missing } from '../tiers.ts';
import { takeInTime } from './take-in-time.ts';

const skip = missing({ root: true, commands: bedNeeds.commands ?? [] });

function findIn({ namespaces }: Snapshot, { type, inode }: Pick<Namespace, 'type' | 'inode'>): Namespace | undefined {
  return namespaces.find((one) => one.type === type && one.inode === inode);
}

for (const bpf of [true, false])
  test(`A plain listing ${bpf ? 'with' : 'without'} BPF has every hidden namespace that a whole snapshot has, with the same owner, parent, id, count and leader.`, {
    skip,
  }, async () => {
    const bed = await makeBed();
    try {
      const whole = await takeInTime({ ...wantEverything, bpf });
      const plain = await takeInTime({ ...wantNamespaces, bpf });
      validateSnapshot(JSON.parse(JSON.stringify(plain)));
      assert.equal(plain.coverage.verdict, whole.coverage.verdict);
      let compared = 0;
      for (const made of bed.namespaces) {
        const expected = findIn(whole, made);
        const found = findIn(plain, made);
        const name = `${made.place} ${formatNamespace(made.type, made.inode)}`;
        assert.equal(found === undefined, expected === undefined, name);
        if (!expected || !found) continue;
        compared++;
        const tell = ({ owner, parent, id, ownerUid, initial, processes, level, init }: Namespace) => {
          const { count, threads, forChildren, leader } = processes;
          return { owner, parent, id, ownerUid, initial, count, threads, forChildren, leader, level, init };
        };
        assert.deepEqual(tell(found), tell(expected), name);
      }
      assert.ok(compared > 50, `${compared} compared`);
    } finally {
      await bed.release();
    }
  });

test('A plain listing carries the processes that it names, each as a whole snapshot has it, and no other.', {
  skip,
}, () => {
  const plain = collectSnapshot(wantNamespaces);
  const named = new Set(
    plain.namespaces.flatMap(({ processes, init }) => [processes.leader, processes.inferred?.leader, init]),
  );
  for (const { processes } of plain.unnumbered) named.add(processes.leader);
  for (const { tid } of plain.processes) assert.ok(named.has(tid), String(tid));
  for (const tid of named)
    if (typeof tid === 'number')
      assert.ok(
        plain.processes.some((process) => process.tid === tid),
        String(tid),
      );
  const whole = collectSnapshot({ ...wantEverything, cgroups: false, workloads: false });
  // PID 1 leads the namespaces of the boot, or where it is kept from nscope kthreadd.
  const oldest = plain.processes.filter(({ pid }) => pid <= 2);
  assert.ok(oldest.length > 0);
  for (const { state: _, ...process } of oldest) {
    const { state: __, ...same } = whole.processes.find(({ tid }) => tid === process.tid) ?? assert.fail();
    assert.deepEqual(process, same);
  }
  assert.ok(plain.processes.length < whole.processes.length);
});

test('What holds namespaces is looked for by a plain listing where the kernel does not list them all, and there alone.', {
  skip,
}, () => {
  const ran = (bpf: boolean) =>
    new Set(
      collectSnapshot({ ...wantNamespaces, bpf }).coverage.sources.flatMap(({ source, ran }) => (ran ? [source] : [])),
    );
  assert.ok(ran(false).has('descriptors') && ran(false).has('mounts'));
  assert.equal(ran(true).has('mounts'), sightOfKernel() !== 'lists');
  for (const seen of [ran(true), ran(false)]) assert.ok(seen.has('kernel-list') && !seen.has('uts-names'));
});
