// Whose is what events tell of: descent across lost parents, numbers that are used again, and memory that does not grow.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Descent } from '../../../src/analysis/leaks/descent.ts';
import type { EventProcess } from '../../../src/model/live/events.ts';

const at = '2026-01-02T03:04:05.000000Z';
/** nscope itself, its guard, the command and a stranger. */
const [own, guard, command, stranger] = [50, 51, 100, 900];
const net = { type: 'net', inode: 4026532992, id: '5001' } as const;

function process(pid: number, ppid: number, comm = 'sh', startTimeTicks = pid): EventProcess {
  return { pid, tid: pid, ppid, comm, uid: 0, startTimeTicks };
}

function follow(): Descent {
  const descent = new Descent(own);
  descent.exclude(guard);
  const begin = (pid: number, ppid: number) =>
    descent.note({ event: 'fork', process: process(pid, ppid), links: [], at });
  begin(guard, own);
  begin(command, own);
  begin(stranger, 1);
  return descent;
}

test('What a process of the command makes is the command’s, with the line of its ancestors, also when they have ended.', () => {
  const descent = follow();
  descent.note({ event: 'fork', process: process(101, command), links: [], at });
  descent.note({ event: 'moved', process: process(101, command, 'make'), links: [], at });
  descent.note({ event: 'fork', process: process(102, 101), links: [], at });
  const maker = { ...process(102, 101, 'ip'), command: 'ip netns add blue' };
  descent.note({ event: 'moved', process: maker, links: [], at });
  descent.note({ event: 'created', namespace: net, how: 'unshare', process: maker, at });
  for (const pid of [101, 102, command]) descent.note({ event: 'exit', process: process(pid, own), links: [], at });
  assert.deepEqual(descent.makingOf(net), {
    whose: 'command',
    how: 'unshare',
    at,
    maker: { pid: 102, comm: 'ip', command: 'ip netns add blue', uid: 0, above: ['make', 'sh'] },
  });
});

test('A process whose parent has ended comes to nscope and stays the command’s; the guard and strangers are not.', () => {
  const descent = follow();
  // Seen late, when the first of a double fork had ended already.
  descent.note({ event: 'fork', process: process(110, own), links: [], at });
  descent.note({ event: 'fork', process: process(111, 110), links: [], at });
  descent.note({ event: 'fork', process: process(901, stranger), links: [], at });
  assert.ok(descent.has(process(110, own)) && descent.has(process(111, 1)));
  for (const other of [process(guard, own), process(stranger, 1), process(901, stranger), process(own, 1)])
    assert.deepEqual([descent.has(other), descent.whoseIs(other)], [false, 'others'], `process ${other.pid}`);
});

test('A child that is born into a new namespace has made it, before it is heard of itself.', () => {
  const descent = follow();
  descent.note({ event: 'created', namespace: net, how: 'clone', process: process(120, command), at });
  assert.equal(descent.makingOf(net)?.whose, 'command');
});

test('A number of a process that is used again by a stranger is not taken for the command’s.', () => {
  const descent = follow();
  descent.note({ event: 'fork', process: process(130, command), links: [], at });
  descent.note({ event: 'exit', process: process(130, command), links: [], at });
  descent.note({ event: 'fork', process: process(130, stranger, 'sh', 7777), links: [], at });
  assert.equal(descent.has(process(130, stranger, 'sh', 7777)), false);
  // The exit was lost.
  descent.note({ event: 'fork', process: process(131, command), links: [], at });
  descent.note({ event: 'fork', process: process(131, stranger, 'sh', 7778), links: [], at });
  assert.equal(descent.whoseIs(process(131, stranger, 'sh', 7778)), 'others');
  assert.equal(descent.has(process(131, command)), false);
});

test('A number of a namespace that is used again has the maker of the one that is there.', () => {
  const descent = follow();
  descent.note({ event: 'created', namespace: net, how: 'unshare', process: process(command, own), at });
  descent.note({ event: 'destroyed', namespace: net, at });
  assert.equal(descent.makingOf(net), undefined);
  descent.note({
    event: 'created',
    namespace: { ...net, id: '6001' },
    how: 'clone',
    process: process(901, stranger),
    at,
  });
  assert.equal(descent.makingOf({ ...net, id: '6001' })?.whose, 'others');
  descent.note({ event: 'created', namespace: { ...net, id: '6002' }, how: 'seen', process: null, at });
  assert.deepEqual(descent.makingOf(net), { whose: 'unknown', how: 'seen', at, maker: null });
});

test('A name is remembered after its namespace, and lost events are counted, also where their number is not known.', () => {
  const descent = follow();
  const name = { kind: 'ip-netns', name: 'blue', path: '/run/netns/blue' } as const;
  descent.note({ event: 'created', namespace: net, how: 'unshare', process: process(command, own), at });
  descent.note({ event: 'named', namespace: net, name, at });
  descent.note({ event: 'destroyed', namespace: net, at });
  assert.equal(descent.makingOfName('/run/netns/blue')?.whose, 'command');
  assert.equal(descent.makingOfName('/run/netns/red'), undefined);
  assert.equal(descent.lost, 0);
  descent.note({ event: 'lost', count: 12, where: 'kernel', at });
  descent.note({ event: 'lost', count: null, where: 'kernel', at });
  assert.equal(descent.lost, 13);
});
