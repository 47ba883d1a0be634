// Ended processes, looked at twice: those that are waited for in between are not there the second time.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { zombies } from '../../src/conditions/zombies.ts';
import { collectSnapshot } from '../../src/index.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import type { Snapshot } from '../../src/model/snapshot/schema.ts';
import { compile } from '../fixtures/compile.ts';
import { hold, readChildren } from '../held-process.ts';
import { waitUntil } from '../marked-processes.ts';
import { missing } from '../tiers.ts';

const skip = missing({ commands: ['perl', 'sh'] });
/** Starts children that end, and waits for them when a line comes. */
const parent =
  'for (1 .. $ARGV[0]) { fork or exit } $| = 1; print "made\n"; <STDIN>; 1 while wait > 0; print "waited\n"; <STDIN>';

async function startWith(count: number): Promise<ChildProcess & { pid: number }> {
  const child = spawn('perl', ['-e', parent, String(count)], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const { pid } = child;
  assert.ok(pid !== undefined);
  const isZombie = (one: number) => /\) Z /.test(readFileSync(`/proc/${one}/stat`, 'latin1'));
  await waitUntil('they have ended', () => readChildren(pid).length === count && readChildren(pid).every(isZombie));
  return Object.assign(child, { pid });
}

/** What is still there of those of one parent in a snapshot; others make zombies too. */
function lookAgain(snapshot: Snapshot, pid: number): number {
  const own = snapshot.processes.filter(({ ppid, pid: one }) => ppid === pid || one === pid);
  const left = zombies.read(
    { ...snapshot, processes: own },
    { asked: () => {}, refused: () => {} },
    { bpf: false },
    {},
  );
  assert.ok(isKnown(left));
  for (const { afterMs } of left) assert.ok(afterMs >= 1000, 'some time later');
  return left.length;
}

test('Ended children are there until their parent waits for them, and two of one parent are not looked at.', {
  skip,
}, async () => {
  const several = await startWith(3);
  const two = await startWith(2);
  try {
    const snapshot = collectSnapshot();
    assert.equal(lookAgain(snapshot, several.pid), 3);
    assert.equal(lookAgain(snapshot, two.pid), 0);
    several.stdin?.write('\n');
    assert.ok(several.stdout);
    await once(several.stdout, 'data');
    assert.equal(lookAgain(snapshot, several.pid), 0, 'they were waited for since');
  } finally {
    for (const child of [several, two]) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
});

test('Processes whose first thread has ended while others run are there, and have not ended.', { skip }, async () => {
  const program = compile('test/fixtures/ended-leader.c');
  const held = await hold('sh', ['-c', `for i in 1 2 3; do ${program} >&2 & done; echo; wait`]);
  try {
    const leaders = () => readChildren(held.pid).map((one) => readFileSync(`/proc/${one}/stat`, 'latin1'));
    await waitUntil('their leaders have ended', () => leaders().filter((line) => /\) Z /.test(line)).length === 3);
    assert.equal(lookAgain(collectSnapshot(), held.pid), 0);
  } finally {
    await held.end();
  }
});
