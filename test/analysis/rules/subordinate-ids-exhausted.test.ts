import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runRules } from '../../../src/analysis/findings/run-rules.ts';
import { subordinateIdsExhausted } from '../../../src/analysis/rules/subordinate-ids-exhausted.ts';
import type { SubordinateRange } from '../../../src/model/snapshot/schema.ts';
import { countedHost } from '../limits/counted-host.ts';

const uids: Readonly<Record<string, number>> = { root: 0, alice: 1000, bob: 1001 };

/** @param line - as /etc/subuid has it */
function rangeOf(line: string): SubordinateRange {
  const [name = '', first, count] = line.split(':');
  const uid = uids[name] ?? ({ unknown: 'gone' } as const);
  return { file: '/etc/subuid', name, uid, first: Number(first), count: Number(count) };
}

function judge(...lines: string[]) {
  const snapshot = countedHost({ subordinateRanges: lines.map(rangeOf) });
  return runRules(snapshot, [subordinateIdsExhausted]).findings.map(({ severity, says }) => [severity, says]);
}

test('What useradd makes, several ranges of one user, and what root has in common with others are no finding.', () => {
  assert.deepEqual(judge('alice:100000:65536', 'bob:165536:65536'), []);
  assert.deepEqual(judge('alice:100000:65536', 'alice:100000:65536'), []);
  assert.deepEqual(judge('root:1000000:100000000', 'alice:1065536:65536'), []);
  assert.deepEqual(judge(), []);
});

test('Two users with the same ids are told, also where another range lies between.', () => {
  const said = [['warning', '/etc/subuid gives alice and bob the same ids']];
  assert.deepEqual(judge('alice:100000:65536', 'bob:165535:65536'), said);
  assert.deepEqual(judge('alice:100000:900000', 'alice:200000:10', 'bob:300000:65536'), said);
  assert.deepEqual(judge('alice:100000:65536', 'gone:100000:65536'), [
    ['note', '/etc/subuid gives alice and gone the same ids'],
  ]);
});

test('An id beyond the largest is told.', () => {
  assert.deepEqual(judge('alice:4294901759:65536'), []);
  assert.deepEqual(judge('alice:4294901760:65536'), [
    ['warning', '/etc/subuid gives alice ids beyond 4294967294, the largest that there is'],
  ]);
});

test('Where no range fits any more that is a note.', () => {
  assert.deepEqual(judge('alice:100000:599934465'), [], 'one range fits exactly at the end');
  assert.deepEqual(judge('alice:50000:600100000'), [
    ['note', '/etc/subuid leaves no 65536 ids in a row between 100000 and 600100000'],
  ]);
});
