import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Fact } from '../../../src/model/facts/facts.ts';
import { limits } from '../../../src/model/facts/limits.ts';
import { type NamespaceType, namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { hostFact } from '../../recorded-facts.ts';

function buildCoverage(...facts: Fact[]) {
  return buildSnapshot([hostFact(), ...facts]).coverage;
}

function ran(source: string): Fact {
  const counts = { asked: 1, found: 1, refused: 0 };
  return { fact: 'coverage', coverage: { source, question: 'q?', ran: true, ...counts, refusals: [], durationMs: 1 } };
}

function listed(pass: 'first' | 'last', wholeTypes: readonly NamespaceType[]): Fact {
  return { fact: 'enumeration', pass, source: 'kernel-list', wholeTypes, namespaces: [] };
}

test('The listing is complete where the kernel listed all types, before the other sources and after them.', () => {
  const whole = [listed('first', namespaceTypes), listed('last', namespaceTypes)];
  const coverage = buildCoverage(ran('b'), ran('a'), ...whole);
  assert.equal(coverage.verdict, 'complete');
  assert.deepEqual([coverage.reasons, coverage.lifts, coverage.disagreements], [[], [], []]);
  assert.deepEqual(
    coverage.sources.map(({ source }) => source),
    ['a', 'b'],
  );
  const limit: Fact = { fact: 'limit', ...limits.linksRefused([1], 'EACCES', true) };
  assert.equal(buildCoverage(...whole, limit, { fact: 'disagreement', text: 'x' }).verdict, 'complete');
});

test('Types that several lists give together are all there; one that is missing in either pass makes it partial.', () => {
  const some = namespaceTypes.filter((type) => type !== 'uts');
  const verdict = (...facts: Fact[]) => buildCoverage(...facts).verdict;
  assert.equal(verdict(listed('first', some), listed('first', ['uts']), listed('last', namespaceTypes)), 'complete');
  assert.equal(verdict(listed('first', namespaceTypes), listed('last', some)), 'partial');
  assert.equal(verdict(listed('first', some), listed('last', namespaceTypes)), 'partial');
  assert.equal(verdict(listed('first', namespaceTypes)), 'partial');
  assert.equal(verdict(ran('processes')), 'partial');
});

test('Reasons and what lifts them are told once each, in one order.', () => {
  const told = { fact: 'limit', code: 'names-silent', brief: 'b' } as const;
  const coverage = buildCoverage(
    { ...told, reason: 'z', lift: 'run as root' },
    { fact: 'disagreement', text: 'y' },
    { ...told, reason: 'a', lift: 'run as root' },
    { fact: 'disagreement', text: 'x' },
    { ...told, reason: 'a' },
  );
  assert.deepEqual(coverage.reasons, ['a', 'z']);
  assert.deepEqual(coverage.lifts, ['run as root']);
  const { fact: _, ...limit } = told;
  assert.deepEqual(coverage.limits, [
    { ...limit, reason: 'a', lift: 'run as root' },
    { ...limit, reason: 'z', lift: 'run as root' },
  ]);
  assert.deepEqual(coverage.disagreements, ['x', 'y']);
});
