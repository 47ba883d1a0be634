// What is still seen where the kernel refuses BPF programs of some types, and what the coverage says of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bedNeeds, makeBed } from '../bed/bed.ts';
import { compile } from '../fixtures/compile.ts';
import { findMade, takeSnapshotIn } from '../sources/bad-conditions.ts';
import { missing } from '../tiers.ts';
import { expectationOf, type Sight, sightOfKernel } from './expectations.ts';
import { kernelClass, type ProgramType, refusedPrograms } from './refused-programs.ts';

const skip = missing({ root: true, ...bedNeeds });

/** Numbers of enum bpf_prog_type. */
const numbers: Readonly<Record<ProgramType, number>> = { syscall: 31, raw_tp: 17, tracing: 26 };

for (const { types, sights, names } of refusedPrograms)
  test(`Where BPF programs of type ${types.join(' and ')} are refused, what the others show is found.`, {
    skip,
  }, async () => {
    const kernel = kernelClass(sightOfKernel());
    const sight: Sight = sights[kernel];
    const bed = await makeBed();
    try {
      const denied = types.map((type) => numbers[type]).join(',');
      const snapshot = takeSnapshotIn([compile('test/fixtures/deny-programs.c'), denied]);
      const wrong = bed.namespaces
        .filter(({ auxiliary }) => !auxiliary)
        .filter((made) => (findMade(snapshot, made) !== undefined) !== expectationOf(made, sight).found)
        .map(({ place, type }) => `${place} ${type}`);
      assert.deepEqual(wrong, [], `found where it should not be, or the other way round, with sight ${sight}`);
      const { verdict, reasons, sources } = snapshot.coverage;
      assert.equal(verdict, sight === 'lists' ? 'complete' : 'partial');
      // What is lost by that is said with its type and errno.
      const told = [...reasons, ...sources.flatMap(({ refusals }) => refusals.map((one) => JSON.stringify(one)))];
      for (const name of names[kernel])
        assert.ok(
          told.some((text) => text.includes(name) && text.includes('EPERM')),
          `${name} is not named in ${JSON.stringify(told, null, 1)}`,
        );
    } finally {
      await bed.release();
    }
  });
