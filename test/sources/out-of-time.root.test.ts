// What is said where file systems took so long to answer that no more of them are asked.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { validateSnapshot } from '../../src/model/snapshot/validate-snapshot.ts';
import { bedNeeds, makeBed } from '../bed/bed.ts';
import { missing } from '../tiers.ts';
import { find } from './unshared.ts';

const skip = missing({ ...bedNeeds, root: true });

/** A process of its own: the time is one for all of a process. */
const url = (file: string) => JSON.stringify(new URL(`../../src/${file}`, import.meta.url).href);
const script = `import { loadAddon } from ${url('kernel/addon/addon.js')};
  import { askStandIn } from ${url('kernel/files/stand-in.js')};
  import { collectSnapshot } from ${url('collect/collect.js')};
  import { wantEverything } from ${url('model/snapshot/wanted.js')};
  const { addon } = loadAddon();
  // An answer long after the second for which nscope waits; where all is slow it waits longer.
  const slow = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8_000) && 1;
  askStandIn(addon, 1, 'a slow disk', slow);
  console.log(JSON.stringify(collectSnapshot({ ...wantEverything, bpf: false, workloads: false })));`;

test('Namespaces that are bind mounted are listed with what was not asked of them for want of time, and it is said.', {
  skip,
}, async () => {
  const bed = await makeBed(['bind-mount:uts,net']);
  try {
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      maxBuffer: 2 ** 28,
    });
    assert.equal(child.status, 0, child.stderr);
    const snapshot = validateSnapshot(JSON.parse(child.stdout));
    const bound = bed.namespaces.filter(({ auxiliary }) => !auxiliary);
    assert.equal(bound.length, 2);
    for (const { type, inode } of bound)
      assert.deepEqual(
        find(snapshot, type, inode).owner,
        { unknown: 'denied', detail: 'nothing that could be opened leads there, so that it was not asked' },
        `${type}: the time was not used up`,
      );
    const { refusals = [] } = snapshot.coverage.sources.find(({ source }) => source === 'mounts') ?? {};
    assert.ok(
      refusals.some(({ what, errno }) => what === 'a namespace that is bind mounted' && errno === 'ETIMEDOUT'),
      JSON.stringify(refusals),
    );
    assert.match(snapshot.coverage.reasons.join('\n'), /was not asked, after others did not answer/);
  } finally {
    await bed.release();
  }
});
