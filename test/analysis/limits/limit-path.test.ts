import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { listAccounts } from '../../../src/analysis/limits/accounts.ts';
import { countLeft, findLimitPath, findShare } from '../../../src/analysis/limits/limit-path.ts';
import type { Conditions } from '../../../src/model/snapshot/schema.ts';
import { countedHost, countsOf, initial, inner, outer } from './counted-host.ts';

function walk(conditions: Conditions, userNamespace: number, uid: number) {
  const index = new SnapshotIndex(countedHost(conditions));
  return findLimitPath(index, listAccounts(index), { userNamespace, uid }, 'net');
}

test('The way goes up by the creators of user namespaces, and names the level with the least room.', () => {
  const { levels, complete } = walk({ namespaceCounts: countsOf(4) }, inner, 0);
  assert.equal(complete, true);
  assert.deepEqual(
    levels.map(({ level, userNamespace, uid, count, max, tightest }) => [
      level,
      userNamespace,
      uid,
      count,
      max,
      tightest,
    ]),
    [
      [0, inner, 0, 0, 2 ** 31 - 1, false],
      [1, outer, 1000, 3, 4, true],
      [2, initial, 1000, 3, 100, false],
    ],
  );
});

test('Of two levels with the same room the inner one is met first.', () => {
  const { levels } = walk({ namespaceCounts: countsOf(100) }, outer, 1000);
  assert.deepEqual(
    levels.map(({ tightest }) => tightest),
    [true, false],
  );
});

test('Without the kernel’s counts a limit that is not known is never the tightest, and what may be anybody’s is listed.', () => {
  const { levels } = walk({ sysctls: { 'user.max_net_namespaces': '50' } }, inner, 1000);
  assert.deepEqual(
    levels.filter(({ uid }) => uid !== null).map(({ tightest }) => tightest),
    [false, false, true],
  );
  const ofAnybody = levels.filter(({ uid }) => uid === null);
  assert.ok(ofAnybody.length > 0);
  for (const { count, tightest } of ofAnybody) assert.ok(count > 0 && !tightest);
});

test('What is left goes below 0 where a limit was lowered, and a limit of 0 is reached.', () => {
  const [level] = walk({ namespaceCounts: countsOf(2) }, outer, 1000).levels;
  assert.ok(level);
  assert.deepEqual([countLeft(level), findShare(level)], [-1, 1.5]);
  assert.equal(findShare({ ...level, count: 0, max: 0 }), 1);
});
