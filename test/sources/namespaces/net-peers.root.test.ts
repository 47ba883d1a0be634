import assert from 'node:assert/strict';
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { collectSnapshot } from '../../../src/collect/collect.ts';
import type { Snapshot } from '../../../src/model/snapshot/schema.ts';
import { wantEverything } from '../../../src/model/snapshot/wanted.ts';
import { compile } from '../../fixtures/compile.ts';
import { missing } from '../../tiers.ts';

const skip = missing({ root: true, commands: ['cc', 'ip'] });

interface Hidden {
  readonly inode: number;
  readonly pid: number;
  /** Leaves the namespace to a descriptor in flight. */
  hide(): Promise<void>;
  end(): Promise<void>;
}

/** A network namespace with this process in it, until it is hidden. */
async function makeNetns(): Promise<Hidden> {
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(compile('test/fixtures/hidden-netns.c'), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const inode = Number((await lines.next()).value);
  assert.ok(inode > 0);
  return {
    inode,
    pid: child.pid ?? 0,
    async hide() {
      child.stdin.write('hide\n');
      assert.equal((await lines.next()).value, 'hidden');
    },
    async end() {
      child.stdin.end();
      await exit;
    },
  };
}

function ip(...words: string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** What is said of links to namespaces that were not found. */
function peersOf({ coverage }: Snapshot): string[] {
  return coverage.reasons.filter((reason) => reason.includes('to a network namespace that was not found'));
}

test('Without the kernel list a veth tells of a namespace that nothing else shows, and names the link and its place.', {
  skip,
}, async () => {
  const [seen, other] = [await makeNetns(), await makeNetns()];
  try {
    // A pair between the two, in neither of which nscope is.
    ip(
      'link',
      'add',
      'nscope-a',
      'netns',
      `${seen.pid}`,
      'type',
      'veth',
      'peer',
      'name',
      'nscope-b',
      'netns',
      `${other.pid}`,
    );
    const before = collectSnapshot({ ...wantEverything, bpf: false });
    for (const { inode } of [seen, other]) assert.ok(before.namespaces.some((one) => one.inode === inode));
    assert.deepEqual(peersOf(before), [], 'both ends are found');

    await other.hide();
    const after = collectSnapshot({ ...wantEverything, bpf: false });
    assert.ok(!after.namespaces.some(({ inode }) => inode === other.inode), 'the place hides it no more');
    const [said, ...more] = peersOf(after);
    assert.deepEqual(more, []);
    assert.match(said ?? '', new RegExp(`^a link leads .* \\(nscope-a in net:\\[${seen.inode}\\], netnsid \\d+\\)$`));
    assert.equal(after.coverage.verdict, 'partial');
    assert.ok(after.coverage.lifts.some((lift) => lift.includes('with BPF')));
  } finally {
    await seen.end();
    await other.end();
  }
});

test('Of several links the first is named, and a namespace that links lead to from both sides is asked of both.', {
  skip,
}, async () => {
  const [middle, left, right] = [await makeNetns(), await makeNetns(), await makeNetns()];
  try {
    for (const [name, { pid }] of [['nscope-l', left] as const, ['nscope-r', right] as const])
      ip('link', 'add', name, 'netns', `${pid}`, 'type', 'veth', 'peer', 'name', `${name}-m`, 'netns', `${middle.pid}`);
    assert.deepEqual(peersOf(collectSnapshot({ ...wantEverything, bpf: false })), []);
    await middle.hide();
    const [said] = peersOf(collectSnapshot({ ...wantEverything, bpf: false }));
    assert.match(said ?? '', /^2 links lead .* \(the first: nscope-[lr] in net:\[\d+\], netnsid \d+\)$/);
  } finally {
    for (const one of [middle, left, right]) await one.end();
  }
});

test('Where the kernel lists all network namespaces, no link is asked.', { skip }, () => {
  const { coverage } = collectSnapshot(wantEverything);
  const whole = !coverage.reasons.some((reason) => /list of all .*\bnet\b/.test(reason));
  const source = coverage.sources.find((one) => one.source === 'net-peers');
  assert.equal(source?.ran, !whole);
  if (whole) assert.equal(source?.skipped, 'the kernel listed all network namespaces');
});
