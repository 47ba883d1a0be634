// The tree of processes: where the borders lie, what is folded, and trees of a size that breaks recursion.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildProcessTree, findSubtree, type ProcessTreeRow } from '../../../src/analysis/graph/process-tree.ts';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Fact } from '../../../src/model/facts/facts.ts';
import { container, indexOf } from '../../container-host.ts';
import { deniedLinks, hostFact, linksOf, processFact } from '../../recorded-facts.ts';

function draw(rows: readonly ProcessTreeRow[]): string[] {
  return rows.map(({ process, prefix, border, foldedKernelThreads }) => {
    const types = border.map(({ type, certain }) => (certain ? type : `${type}?`)).join(' ');
    const folded = foldedKernelThreads > 0 ? ` +${foldedKernelThreads}` : '';
    return `${prefix}${process.tid}${folded}${types === '' ? '' : ` | ${types}`}`;
  });
}

function build(index: SnapshotIndex, foldKernelThreads = true): ProcessTreeRow[] {
  return buildProcessTree(index, { processes: index.snapshot.processes, foldKernelThreads });
}

test('A border stands where a process is elsewhere than its parent, and a thread elsewhere than its leader.', () => {
  assert.deepEqual(draw(build(indexOf())), [
    '1',
    '└─100',
    '  ├─105 | net',
    '  ├─201 | mnt net pid user uts',
    '  │ └─202',
    '  │   └─203 | pid',
    '  └─900',
    '2 +2',
    '└─25 | mnt',
  ]);
});

test('Kernel threads have rows of their own when that is wanted.', () => {
  assert.deepEqual(draw(build(indexOf(), false)).slice(-4), ['2', '├─3', '├─4', '└─25 | mnt']);
});

test('Below a process whose links are refused a border is uncertain, and none is drawn for initial namespaces.', () => {
  const facts: Fact[] = [
    hostFact(),
    processFact(1, ['init'], { namespaces: deniedLinks }),
    processFact(10, ['sshd']),
    processFact(11, ['dnsmasq'], { namespaces: linksOf({ net: container.net }) }),
    processFact(12, ['hidden'], { namespaces: deniedLinks }),
  ];
  assert.deepEqual(draw(build(new SnapshotIndex(buildSnapshot(facts)))), ['1', '├─10', '├─11 | net?', '└─12']);
});

test('Processes that are each other’s parents are all drawn.', () => {
  const facts = [hostFact(), processFact(10, ['a'], { ppid: 11 }), processFact(11, ['b'], { ppid: 10 })];
  const rows = build(new SnapshotIndex(buildSnapshot(facts)));
  assert.deepEqual(rows.map(({ process }) => process.pid).sort(), [10, 11]);
});

test('A subtree holds a process, all below it and their threads; that of a thread the thread alone.', () => {
  const index = indexOf();
  const pids = (pid: number) => {
    const root = index.process(pid);
    assert.ok(root);
    return findSubtree(root, index).map(({ tid }) => tid);
  };
  assert.deepEqual(pids(100), [100, 105, 201, 202, 203, 900]);
  assert.deepEqual(pids(201), [201, 202, 203]);
  assert.deepEqual(pids(105), [105]);
});

test('20,000 processes, each the child of the one before, are drawn in bounded space.', () => {
  const count = 20_000;
  const facts: Fact[] = [hostFact()];
  for (let pid = 1; pid <= count; pid++) facts.push(processFact(pid, ['deep'], { ppid: pid - 1 }));
  const index = new SnapshotIndex(buildSnapshot(facts));
  const rows = buildProcessTree(index, {
    processes: index.snapshot.processes,
    foldKernelThreads: true,
    deepestIndent: 20,
  });
  assert.equal(rows.length, count);
  assert.equal(rows.at(-1)?.depth, count - 1);
  assert.equal(rows[20]?.prefix, `${'  '.repeat(19)}└─`);
  assert.equal(rows.at(-1)?.prefix, `… ${'  '.repeat(19)}└─`);
  const root = index.process(1);
  assert.ok(root);
  assert.equal(findSubtree(root, index).length, count);
});

test('20,000 processes in one family are drawn once each.', () => {
  const facts: Fact[] = [hostFact(), processFact(1, ['init'])];
  for (let pid = 2; pid <= 20_000; pid++) facts.push(processFact(pid, ['wide']));
  const rows = build(new SnapshotIndex(buildSnapshot(facts)));
  assert.equal(new Set(rows.map(({ process }) => process.pid)).size, 20_000);
  assert.equal(rows.at(-1)?.prefix, '└─');
});
