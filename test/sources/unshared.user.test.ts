import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { readLinksOf, readOnlyChild } from '../held-process.ts';
import { missing } from '../tiers.ts';
import { assertClimbed, assertUnshared, find, holdUnshared, unshareNeeds } from './unshared.ts';

const skip = missing({ ...unshareNeeds, unprivileged: true });

test('An ordinary user sees all of their own namespaces but the names in a uts namespace.', { skip }, async () => {
  const held = await holdUnshared();
  try {
    const snapshot = collectSnapshot();
    assertUnshared(snapshot, held.pid);
    const inside = readLinksOf(readOnlyChild(held.pid));
    assert.deepEqual(find(snapshot, 'uts', inside.uts).uts, { unknown: 'denied', errno: 'EPERM' });
  } finally {
    await held.end();
  }
});

test('An ordinary user is told whose processes were refused, and what would lift that.', { skip }, () => {
  const { coverage, processes } = collectSnapshot();
  const refused = processes.filter(({ namespaces }) => typeof namespaces.net === 'object');
  assert.ok(refused.length > 0, 'no process of another user is there to be refused');
  const own = processes.find(({ pid }) => pid === process.pid);
  assert.equal(own?.namespaces.net, readLinksOf(process.pid).net);
  const source = coverage.sources.find((one) => one.source === 'processes');
  const refusal = source?.refusals.find(({ what }) => what === 'the namespace links');
  assert.equal(refusal?.errno, 'EACCES');
  assert.equal(refusal?.count, refused.filter(({ namespaces }) => isDenied(namespaces.net)).length);
  assert.equal(coverage.verdict, 'partial');
  assert.match(
    coverage.reasons.join('\n'),
    /^the namespace links of (process \d+|\d+ processes \(the first: \d+\)) are refused \(EACCES\)$/m,
  );
  assert.ok(coverage.lifts.includes('run as root of the host'), coverage.lifts.join('; '));
});

test('An ordinary user finds user namespaces that only a child or an owned namespace holds, by climbing.', {
  skip,
}, async () => {
  await assertClimbed();
});

function isDenied(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'unknown' in value && value.unknown === 'denied';
}
