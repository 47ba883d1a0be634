// Which user namespaces are said to be held by a mounted file system, and which by none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectSnapshot } from '../../../src/collect/collect.ts';
import { wantEverything } from '../../../src/model/snapshot/wanted.ts';
import { hold, readLinksOf } from '../../held-process.ts';
import { missing } from '../../tiers.ts';
import { find } from '../unshared.ts';

const skip = missing({ root: true, commands: ['unshare', 'mount'] });

async function readFileSystems(options: string, script: string) {
  const held = await hold('unshare', [options, 'sh', '-c', `${script} echo ready; exec sleep 300`]);
  try {
    const { holders } = find(collectSnapshot(wantEverything), 'user', readLinksOf(held.pid).user);
    return holders.flatMap((holder) => (holder.kind === 'file-system' ? [holder] : []));
  } finally {
    await held.end();
  }
}

test('The mqueue that an ipc namespace has by itself is not a mount that holds its user namespace.', {
  skip,
}, async () => {
  assert.deepEqual(await readFileSystems('-Uri', ''), []);
});

test('An mqueue that is mounted is said to hold its user namespace where the super blocks are read.', {
  skip,
}, async () => {
  const { coverage } = collectSnapshot(wantEverything);
  const source = coverage.sources.find((one) => one.source === 'file-systems');
  const found = await readFileSystems('-Urmi', 'mount -t mqueue mqueue /mnt;');
  assert.equal(
    found.some(({ path }) => path === '/mnt'),
    source?.ran,
    JSON.stringify(found),
  );
});
