// Findings as lines of a terminal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../../src/analysis/findings/finding.ts';
import { describeUndecided, formatFindings, summarizeFindings } from '../../../src/render/pages/findings-page.ts';
import { makePalette } from '../../../src/render/words/colours.ts';
import { measureWidth } from '../../../src/render/words/text-width.ts';

const rules = [{ code: 'stale-pid-file', means: 'The engine takes a stranger for its own process.' }];

function finding(others: Partial<Finding> = {}): Finding {
  return {
    code: 'stale-pid-file',
    severity: 'error',
    subjects: [{ kind: 'path', path: '/run/pause.pid' }],
    says: '/run/pause.pid names process 812, which is another one now',
    seen: ['written 2026-01-02', 'process 812 (bash) began 3 hours later'],
    fixes: [{ text: 'remove the file', command: 'rm /run/pause.pid' }],
    ...others,
  };
}

function show(findings: readonly Finding[], width?: number): string[] {
  return [...formatFindings(findings, { rules, width, palette: makePalette() })];
}

test('A finding says what is wrong, what was seen, what it means and what fixes it.', () => {
  assert.deepEqual(show([finding()]), [
    'error: /run/pause.pid names process 812, which is another one now [stale-pid-file]',
    '  seen   written 2026-01-02',
    '         process 812 (bash) began 3 hours later',
    '  means  The engine takes a stranger for its own process.',
    '  fix    remove the file',
    '  run    rm /run/pause.pid',
  ]);
});

test('Of several findings of one rule the last alone says what they mean.', () => {
  const lines = show([finding(), finding(), finding({ code: 'other' })]);
  assert.equal(lines.filter((line) => line.includes('means')).length, 1);
});

test('What processes chose is escaped, and a command is never broken.', () => {
  const command = `rm ${'x'.repeat(100)}`;
  const lines = show([finding({ says: 'a\u001b[31m\nb', seen: ['c\u0007'], fixes: [{ text: 'd\r', command }] })], 40);
  assert.ok(
    lines.every((line) => /^[\x20-\x7e]*$/.test(line)),
    lines.join('|'),
  );
  assert.ok(lines.some((line) => line.endsWith(command)));
  for (const line of lines) if (!line.endsWith(command)) assert.ok(measureWidth(line) <= 40, line);
});

test('The summary counts findings, and rules that were not decided.', () => {
  assert.equal(summarizeFindings({ findings: [], undecided: [], decided: 3 }), 'nothing found (3 rules)');
  const undecided = [
    { code: 'a', why: 'reading x was not possible' },
    { code: 'b', why: 'reading x was not possible' },
    { code: 'b', why: 'y' },
  ];
  assert.equal(
    summarizeFindings({ findings: [finding(), finding({ severity: 'note' })], undecided, decided: 1 }),
    '1 error, 1 note (1 rule; 2 not decided, or not whole)',
  );
  assert.deepEqual(
    [...describeUndecided(undecided)],
    ['not decided: a, b: reading x was not possible', 'not decided: b: y'],
  );
});
