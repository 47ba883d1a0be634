// nscope diff of two snapshots: what is told, in which order, and by which status.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Fact } from '../../../src/model/facts/facts.ts';
import { container, snapshotOf } from '../../container-host.ts';
import { linksOf, netnsName, processFact } from '../../recorded-facts.ts';
import { runNscope } from '../run-nscope.ts';

const net = 4026532999;
const uts = 4026532998;
const evil = '\x1b]0;x\x07';
const snapshots: Readonly<Record<string, readonly Fact[]>> = {
  plain: [],
  more: [processFact(300, ['sleep', '9'])],
  other: [
    processFact(300, [evil], { comm: evil, namespaces: linksOf({ net }) }),
    netnsName('green', container.net),
    { fact: 'namespace', type: 'uts', inode: uts, id: '8001' },
  ],
};

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'nscope-diff-'));
  for (const [name, facts] of Object.entries(snapshots))
    writeFileSync(join(directory, name), JSON.stringify(snapshotOf(facts)));
});
after(() => rmSync(directory, { recursive: true, force: true }));

function diff(from: string, to: string, ...options: string[]) {
  return runNscope(['diff', join(directory, from), join(directory, to), ...options]);
}

test('What came is told first, then what ended, then what changed, in words that are safe.', () => {
  const { status, lines, stderr } = diff('plain', 'other');
  assert.equal(status, 1);
  assert.deepEqual(lines, [
    `+ came     net:[${net}]  1 process, 300 \\e]0;x\\x07`,
    `+ came     uts:[${uts}]  no process`,
    `~ changed  net:[${container.net}]  now named /run/netns/green`,
  ]);
  assert.match(
    stderr,
    /^nscope: 2 came, 0 ended, 1 changed; \d+ others changed only in counts .*--counts shows them$/m,
  );
  const back = diff('other', 'plain');
  assert.match(back.lines[0] ?? '', /^- ended {4}net:/);
  assert.equal(back.lines.at(-1), `~ changed  net:[${container.net}]  no longer named /run/netns/green`);
});

test('Counts alone are no difference, unless they are asked for.', () => {
  const silent = diff('plain', 'more');
  assert.deepEqual([silent.status, silent.stdout], [0, '']);
  assert.match(silent.stderr, /nscope: nothing differs; 8 others changed only in counts/);
  const counted = diff('plain', 'more', '--counts');
  assert.equal(counted.status, 1);
  assert.equal(counted.lines.length, 8);
  for (const line of counted.lines) assert.match(line, /^~ changed {2}\w+:\[\d+\] {2}processes: \d+ → \d+$/);
  const same = diff('plain', 'plain', '--counts');
  assert.deepEqual([same.status, same.stdout], [0, '']);
  assert.match(same.stderr, /^nscope: nothing differs$/m);
});

test('JSON has every change, and groups that say which namespace is which.', () => {
  const { status, stdout } = diff('plain', 'other', '--json');
  assert.equal(status, 1);
  const { groups, changed, appeared } = JSON.parse(stdout);
  assert.deepEqual(groups.appeared, [`net:[${net}]`, `uts:[${uts}]`]);
  assert.deepEqual([groups.ended, groups.changed], [[], [`net:[${container.net}]`]]);
  assert.ok(groups.countsOnly.length >= 5);
  assert.equal(changed.length, groups.changed.length + groups.countsOnly.length);
  assert.equal(appeared.length, 2);
  assert.equal(diff('plain', 'more', '--json').status, 0);
});
