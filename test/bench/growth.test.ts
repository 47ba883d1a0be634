import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatGrowth, measureGrowth, plotGrowth } from '../../bench/growth.ts';
import type { Figure } from '../../bench/report.ts';

function figure(medianMs: number): Figure {
  return { medianMs, rangeMs: [medianMs, medianMs], medianCpuMs: medianMs, peakMib: null };
}

const results = [
  { processes: 1000, figures: { linear: figure(10), 'quadratic <b>': figure(10), early: figure(1) } },
  { processes: 100, figures: { linear: figure(1), 'quadratic <b>': figure(0.1), late: figure(1) } },
];

test('Growth is the exponent between the smallest and the largest load, of what was measured at both.', () => {
  const growths = measureGrowth(results);
  assert.deepEqual(
    growths.map(({ name, exponent }) => [name, Math.round(exponent * 1000) / 1000]),
    [
      ['linear', 1],
      ['quadratic <b>', 2],
    ],
  );
  assert.match(formatGrowth(growths), /^linear +1\.00\nquadratic <b> +2\.00$/);
  assert.deepEqual(measureGrowth(results.slice(0, 1)), []);
});

test('The plot has a line for each name that was measured, rising to the right, and names are escaped.', () => {
  const plot = plotGrowth(results, ['linear', 'quadratic <b>', 'nothing']);
  const lines = [...plot.matchAll(/<polyline points="([\d.]+),([\d.]+) ([\d.]+),([\d.]+)"/g)].map((match) =>
    match.slice(1).map(Number),
  );
  assert.equal(lines.length, 2);
  for (const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] of lines) assert.ok(x2 > x1 && y2 < y1);
  assert.match(plot, /&#60;b&#62;/);
  assert.doesNotMatch(plot, /nothing|<b>|NaN/);
});
