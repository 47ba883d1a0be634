import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectSnapshot } from '../../../src/collect/collect.ts';
import { wantListing } from '../../../src/model/snapshot/wanted.ts';
import { compile } from '../../fixtures/compile.ts';
import { hold } from '../../held-process.ts';
import { missing } from '../../tiers.ts';

const skip = missing({ root: true, commands: ['cc'] });
const scans = 100;

for (const bpf of [true, false])
  test(`${scans} listings ${bpf ? 'with' : 'without'} BPF beside a table of descriptors that changes all the time: none fails, none takes one file for another.`, {
    skip,
  }, async (t) => {
    const storm = await hold(compile('test/fixtures/descriptor-storm.c'), ['200']);
    try {
      const { uts, net } = JSON.parse(storm.line) as { readonly uts: number; readonly net: number };
      let descriptors = 0;
      for (let scan = 0; scan < scans; scan++) {
        const { namespaces, coverage } = collectSnapshot({ ...wantListing, bpf });
        assert.deepEqual(coverage.disagreements, []);
        for (const { type, inode, holders } of namespaces)
          for (const holder of holders) {
            if (!('pid' in holder) || holder.pid !== storm.pid) continue;
            descriptors++;
            // Its sockets are of the network namespace that it is in: nothing to tell.
            assert.deepEqual([holder.kind, inode], ['fd', type === 'uts' ? uts : net], JSON.stringify(holder));
          }
        const kept = namespaces.find((one) => one.type === 'net' && one.inode === net);
        assert.ok(kept, 'what one descriptor holds all the time is not listed');
        assert.ok((kept.holderCounts.fd ?? 0) >= 1, JSON.stringify(kept.holderCounts));
      }
      t.diagnostic(`${descriptors} holding descriptors were told in ${scans} listings`);
      assert.ok(descriptors > 2 * scans, `only ${descriptors} holding descriptors were told`);
    } finally {
      await storm.end();
    }
  });
