import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../../src/model/facts/limits.ts';
import type { Limit } from '../../../src/model/snapshot/schema.ts';
import { describeCoverage } from '../../../src/render/words/coverage-line.ts';

const withheld = limits.linksRefused([1], 'EACCES', true);

function describe(verdict: 'complete' | 'partial', told: readonly Limit[], ...also: string[]) {
  return describeCoverage({ verdict, reasons: told.map(({ reason }) => reason), limits: told }, also);
}

test('Where nothing was missed nothing is said, whether the kernel was asked for its list or not.', () => {
  assert.equal(describe('complete', []), undefined);
  assert.equal(describe('partial', []), undefined);
});

test('A namespace that may be missing is told apart from details of those that are all listed.', () => {
  assert.equal(describe('complete', [withheld]), 'all namespaces are listed, but: PID 1 withheld');
  assert.equal(describe('partial', [withheld]), 'not seen: PID 1 withheld');
});

test('What several limits have in common is said once, three are named, and the others counted.', () => {
  const queues = [1, 2, 3].map((socket) => limits.queueCut(socket));
  assert.equal(describe('partial', [withheld, withheld]), 'not seen: PID 1 withheld');
  assert.equal(
    describe('partial', [withheld, ...queues]),
    'partial: PID 1 withheld, queue of socket:[1] not all read, queue of socket:[2] not all read, 1 more',
  );
});

test('What follows for the listing stands behind the limits, and alone where there are none.', () => {
  assert.equal(describe('partial', [withheld], 'compared with x'), 'not seen: PID 1 withheld, compared with x');
  assert.equal(describe('partial', [], 'compared with x'), 'partial: compared with x');
});

test('The reasons of a snapshot without short words are counted, never cut.', () => {
  const reasons = ['the namespace links of process 1 are refused (EACCES)'];
  assert.equal(describeCoverage({ verdict: 'partial', reasons }), 'partial: for one reason');
  assert.equal(
    describeCoverage({ verdict: 'complete', reasons: [...reasons, 'x'] }),
    'all namespaces are listed, but: for 2 reasons',
  );
  assert.equal(
    describeCoverage({ verdict: 'partial', reasons: [withheld.reason, 'x'], limits: [withheld] }),
    'partial: PID 1 withheld, 1 more',
  );
});
