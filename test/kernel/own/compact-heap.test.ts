// In a process of its own: what the heap of a test runner does is not foreseeable.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

interface Measured {
  readonly before: number;
  readonly after: number;
  readonly isReachable: boolean;
}

const file = new URL('../../../src/kernel/own/compact-heap.js', import.meta.url);

function measure(): Measured {
  const script = `
    import { compactHeap } from ${JSON.stringify(file)};
    let all = Array.from({ length: 500_000 }, (_, number) => ({ number, text: 'x' + number }));
    all = all.filter((_, at) => at % 20 === 0);
    const before = process.memoryUsage().heapTotal;
    compactHeap();
    const after = process.memoryUsage().heapTotal;
    console.log(JSON.stringify({ before, after, isReachable: typeof gc === 'function' }));`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  return JSON.parse(printed) as Measured;
}

test('Where much of a heap is empty, its room is given back.', () => {
  const { before, after, isReachable } = measure();
  assert.ok(after < before * 0.7, `${after} of ${before} bytes`);
  assert.equal(isReachable, false, 'no other script can call it');
});
