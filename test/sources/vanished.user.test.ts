// What sources say of a process that ended, or is another one, since it was seen.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Fact } from '../../src/model/facts/facts.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';
import type { FoundNamespace, Report, Source } from '../../src/sources/index.ts';
import { timeOffsets } from '../../src/sources/namespaces/time-offsets.ts';
import { userMaps } from '../../src/sources/namespaces/user-maps.ts';
import { hold, readChildren, readLinksOf, waitForName } from '../held-process.ts';
import { missing } from '../tiers.ts';

const skip = missing({ commands: ['sh', 'sleep'] });
const own = readLinksOf(process.pid);

/** What a source says when this process is the one through which the namespace is asked. */
function ask(source: Source<'wanted' | 'namespaces'>, type: 'time' | 'user', inode: number, pid: number): Fact[] {
  const facts: Fact[] = [];
  const link = type === 'time' ? 'time_for_children' : 'user';
  const found: FoundNamespace[] = [
    {
      type,
      inode,
      paths: [],
      members: new Map([[link, pid]]),
      id: undefined,
      oldest: pid,
      described: false,
      hasOwner: false,
    },
  ];
  const report: Report = {
    emit: (fact) => void facts.push(fact),
    emitAll: (more) => void facts.push(...more),
    asked: () => {},
    refused: () => {},
    searched: () => {},
    limit: () => {},
    keep: () => {},
  };
  const namespaces = { list: () => found, isListedWhole: () => false };
  source.run({ wanted: wantEverything, namespaces }, report);
  return facts;
}

function readAnswers(facts: readonly Fact[]): unknown[] {
  return facts.flatMap((fact) =>
    fact.fact === 'namespace' ? [fact.timeOffsets, fact.uidMap].filter((value) => value !== undefined) : [],
  );
}

test('Of a zombie, whose files are empty, clocks and maps are unknown: it is gone, and nothing fails.', {
  skip,
}, async () => {
  // The shell becomes a sleep that never waits for its child.
  const held = await hold('sh', ['-c', 'sleep 0 & echo ready; exec sleep 300']);
  try {
    await waitForName(held.pid, 'sleep');
    const [zombie = 0] = readChildren(held.pid);
    while (!/\) Z /.test(readFileSync(`/proc/${zombie}/stat`, 'latin1')))
      await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(readFileSync(`/proc/${zombie}/timens_offsets`, 'latin1'), '');
    const [offsets] = readAnswers(ask(timeOffsets, 'time', own.time, zombie));
    assert.deepEqual(offsets, { unknown: 'gone', errno: 'ENOENT' });
  } finally {
    await held.end();
  }
});

test('Of a PID that another process has by now, clocks and maps are not taken for those of the first.', {
  skip,
}, () => {
  for (const [source, type] of [
    [timeOffsets, 'time'],
    [userMaps, 'user'],
  ] as const) {
    const [other] = readAnswers(ask(source, type, own[type] + 1, process.pid));
    assert.deepEqual(other, { unknown: 'gone', errno: 'ESRCH' });
    const [same] = readAnswers(ask(source, type, own[type], process.pid));
    assert.ok(isKnown(same));
  }
});
