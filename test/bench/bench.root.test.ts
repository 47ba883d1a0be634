import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { contenders, ratios } from '../../bench/contenders.ts';
import { median, range } from '../../bench/statistics.ts';
import { missing } from '../tiers.ts';

const program = fileURLToPath(new URL('../../bench/main.js', import.meta.url));

function countLoad(): number {
  const { stdout } = spawnSync('ps', ['-e', '-o', 'comm='], { encoding: 'utf8' });
  return stdout.split('\n').filter((comm) => comm.trim() === 'load').length;
}

test('The bench measures every contender, prints the ratios and leaves nothing running.', {
  skip: missing({ root: true, commands: ['cc', 'lsns', 'ps'] }),
}, () => {
  const before = countLoad();
  const directory = mkdtempSync(join(tmpdir(), 'nscope-bench-'));
  try {
    const file = join(directory, 'figures.json');
    const words = ['--processes', '50', '--namespaces', '6', '--rounds', '2', '--memory', '60', '--json', file];
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    assert.equal(status, 0, stderr);
    const lines = stdout.split('\n');
    for (const { name } of contenders)
      assert.ok(
        lines.some((line) => line.startsWith(`${name}  `)),
        `no line for ${name}`,
      );
    for (const { name } of ratios) {
      const line = lines.find((one) => one.startsWith(`${name}  `));
      assert.match(
        line?.slice(name.length) ?? '',
        /^ +\d+\.\d\d +at (most|least) [\d.]+ +CPU \d+\.\d\d$/,
        `no ratio for ${name}`,
      );
    }
    assert.match(stdout, /^peak memory at 60 processes .*\nnscope --no-bpf +\d+ MiB\nnscope +\d+ MiB$/m);
    const { results } = JSON.parse(readFileSync(file, 'utf8')) as {
      results: { processes: number; figures: Record<string, { medianMs: number; rangeMs: [number, number] }> }[];
    };
    assert.deepEqual(
      results.map(({ processes }) => processes),
      [50, 60],
    );
    for (const { name } of contenders) {
      const figure = results[0]?.figures[name];
      assert.ok(figure && figure.medianMs > 0, name);
      assert.ok(figure.rangeMs[0] <= figure.medianMs && figure.medianMs <= figure.rangeMs[1], name);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
  assert.equal(countLoad(), before);
});

test('The median is the middle value, of an even number the mean of the two in the middle.', () => {
  assert.equal(median([5, 1, 9]), 5);
  assert.equal(median([4, 1, 9, 2]), 3);
  assert.deepEqual(range([4, 1, 9]), [1, 9]);
  assert.throws(() => median([]), RangeError);
});
