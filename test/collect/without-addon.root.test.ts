import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namespaceTypes } from '../../src/model/snapshot/namespace-types.ts';
import type { Snapshot } from '../../src/model/snapshot/schema.ts';
import { validateSnapshot } from '../../src/model/snapshot/validate-snapshot.ts';
import { type Bed, bedNeeds, makeBed } from '../bed/bed.ts';
import { runNscope } from '../cli/run-nscope.ts';
import { missing } from '../tiers.ts';

const skip = missing({ ...bedNeeds, root: true });

function takeSnapshot(addon: string | undefined): Snapshot {
  const env = { ...process.env };
  delete env['NSCOPE_ADDON'];
  const { status, stdout, stderr } = runNscope(['snapshot'], '', {
    env: addon === undefined ? env : { ...env, NSCOPE_ADDON: addon },
  });
  assert.equal(status, 0, stderr);
  return validateSnapshot(JSON.parse(stdout));
}

/** What can be said of the bed's own processes and the namespaces they are in, whoever reads it. */
function describe({ processes, namespaces }: Snapshot, bed: Bed) {
  const inodes = new Set(bed.namespaces.map(({ inode }) => inode));
  const pids = new Set(bed.namespaces.flatMap(({ holder: { pid } }) => (pid === undefined ? [] : [pid])));
  return {
    tasks: processes.filter(({ pid }) => pids.has(pid)),
    namespaces: namespaces
      .filter(({ inode, processes: tasks }) => inodes.has(inode) && tasks.count + tasks.threads + tasks.forChildren > 0)
      .map(({ type, inode, processes: tasks, initial, host, uidMap, timeOffsets, init }) => {
        return { type, inode, tasks, initial, host, uidMap, timeOffsets, init };
      }),
  };
}

test('Without the addon nscope lists what Node alone can read, the same as with it, and says what is missing.', {
  skip,
}, async () => {
  const bed = await makeBed(['process', 'thread', 'for-children']);
  try {
    const without = takeSnapshot('none');
    const withAddon = takeSnapshot(undefined);
    const [expected, found] = [describe(withAddon, bed), describe(without, bed)];
    assert.ok(expected.tasks.length >= 10 && expected.namespaces.length >= 15);
    for (const type of namespaceTypes)
      assert.ok(
        expected.namespaces.some((namespace) => namespace.type === type),
        type,
      );
    assert.deepEqual(found, expected);
    const { verdict, reasons, lifts } = without.coverage;
    assert.equal(verdict, 'partial');
    assert.match(reasons.join('\n'), /^owners, parents, ids and uts names were not read: .*NSCOPE_ADDON=none$/m);
    assert.ok(lifts.includes('the addon of nscope'), lifts.join());
  } finally {
    await bed.release();
  }
});

test('Without the addon the listing is printed all the same, with the lack on standard error.', { skip }, () => {
  const { status, lines, stderr } = runNscope(['ls'], '', { env: { ...process.env, NSCOPE_ADDON: 'none' } });
  assert.equal(status, 0);
  assert.ok(lines.length > 8);
  assert.match(
    stderr,
    /^nscope: partial: owners and ids not read without the addon[^\n]*; nscope coverage explains\n$/,
  );
});
