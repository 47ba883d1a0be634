import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { validateSnapshot } from '../../src/model/snapshot/validate-snapshot.ts';
import { wantEverything, wantListing, wantProcesses } from '../../src/model/snapshot/wanted.ts';
import { bedNeeds, makeBed } from '../bed/bed.ts';
import { countDescriptors } from '../kernel/open-descriptors.ts';
import { missing } from '../tiers.ts';

test('However much is asked for, a snapshot is one by the schema and leaves no descriptor open.', {
  skip: missing({ ...bedNeeds, root: true }),
}, async () => {
  const bed = await makeBed();
  try {
    for (const bpf of [true, false]) {
      // What BPF programs are loaded once stays for the next snapshot.
      collectSnapshot({ ...wantEverything, bpf });
      for (const wanted of [wantEverything, wantListing, wantProcesses]) {
        const before = countDescriptors();
        const snapshot = collectSnapshot({ ...wanted, bpf });
        assert.equal(countDescriptors(), before);
        assert.equal(validateSnapshot(snapshot), snapshot);
        assert.ok(snapshot.processes.length > 0 && snapshot.namespaces.length > 8);
      }
    }
  } finally {
    await bed.release();
  }
});
