import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { readConditions } from '../../src/conditions/read-conditions.ts';
import { maxSecurities, securities } from '../../src/conditions/securities.ts';
import { listCapabilities } from '../../src/model/names/capability-names.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import type { Security, Snapshot } from '../../src/model/snapshot/schema.ts';
import { hold } from '../held-process.ts';
import { missing } from '../tiers.ts';

const skip = missing({ commands: ['unshare', 'setpriv'] });

function readThem(snapshot: Snapshot): readonly Security[] {
  const { conditions, coverage } = readConditions(snapshot, [securities], () => () => 0, {
    bpf: true,
    conditions: true,
  });
  assert.ok(conditions.securities !== undefined && isKnown(conditions.securities));
  assert.equal(coverage[0]?.found, conditions.securities.length);
  return conditions.securities;
}

function holdIn(...words: readonly string[]) {
  return hold('unshare', [...words, 'sh', '-c', 'echo; sleep 99']);
}

test('What a process in child namespaces may do is read: its capabilities, uids, and whether it may get more.', {
  skip,
}, async (t) => {
  const plain = await holdIn('-Ur');
  t.after(() => plain.end());
  const bounded = await holdIn('-Ur', 'setpriv', '--no-new-privs', '--bounding-set', '-all,+net_raw', '--');
  t.after(() => bounded.end());
  const snapshot = collectSnapshot({ conditions: false });
  const found = new Map(readThem(snapshot).map((one) => [one.pid, one]));
  const [first, second] = [found.get(plain.pid), found.get(bounded.pid)];
  assert.ok(first && second);
  assert.deepEqual(first.uids, Array(4).fill(process.getuid?.()));
  assert.ok(listCapabilities(first.capabilities.effective).includes('CAP_SYS_ADMIN'));
  assert.deepEqual([first.noNewPrivs, second.noNewPrivs], [false, true]);
  assert.deepEqual(listCapabilities(second.capabilities.effective), ['CAP_NET_RAW']);
  assert.ok(typeof first.seccomp === 'number');
});

test('A PID that another process has now gets no entry, and one that has ended gets none.', { skip }, async (t) => {
  const held = await holdIn('-Ur');
  t.after(() => held.end());
  const snapshot = collectSnapshot({ conditions: false });
  const isThere = (one: Snapshot) => readThem(one).some(({ pid }) => pid === held.pid);
  assert.ok(isThere(snapshot));
  const processes = snapshot.processes.map((one) => (one.pid === held.pid ? { ...one, startTimeTicks: 1 } : one));
  assert.ok(!isThere({ ...snapshot, processes }));
  await held.end();
  assert.ok(!isThere(snapshot));
});

test('The bound leaves out others of a kind, and no kind.', { skip }, async (t) => {
  const [many, one] = [await holdIn('-Ur'), await holdIn('-Urn')];
  t.after(() => Promise.all([many.end(), one.end()]));
  const snapshot = collectSnapshot({ conditions: false });
  const crowd = snapshot.processes.find(({ pid }) => pid === many.pid);
  const last = snapshot.processes.find(({ pid }) => pid === one.pid);
  assert.ok(crowd && last);
  const found = readThem({ ...snapshot, processes: [...Array(maxSecurities + 1).fill(crowd), last] });
  assert.equal(found.length, maxSecurities);
  assert.ok(found.some(({ pid }) => pid === one.pid));
});
