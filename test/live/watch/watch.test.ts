// The stream of events of a host that happens by script: numbers, choice, and a reader that falls behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchOptions } from '../../../src/live/events/watch-options.ts';
import { watchHost } from '../../../src/live/watch/watch.ts';
import type { StreamElement } from '../../../src/model/live/events.ts';
import { snapshotOf } from '../../container-host.ts';
import { makeTask, ScriptedHost, settle } from '../scripted-host.ts';

/** A stream, the host that it is of, and what reads so many elements of it. */
function begin(options: WatchOptions = {}) {
  const host = new ScriptedHost(snapshotOf());
  const stream = watchHost({ bpf: false, processes: true, ...options }, host);
  const read = async (count: number): Promise<StreamElement[]> => {
    const elements: StreamElement[] = [];
    while (elements.length < count) {
      const { value } = await stream.next();
      assert.ok(value, 'the stream has ended');
      elements.push(value);
    }
    return elements;
  };
  return { host, stream, read };
}

function kinds(elements: readonly StreamElement[]): string[] {
  return elements.map(({ event }) => event);
}

const net = 4026532999;

test('The whole state comes first, with the source, and every element has the next number.', async () => {
  const { host, stream, read } = begin();
  const [state] = await read(1);
  assert.ok(state?.event === 'state');
  assert.equal(state.source.name, 'process-events');
  assert.ok(state.snapshot.namespaces.length > 10);
  host.tells((source, at) => source.fork(makeTask(1, { net }), at));
  const events = await read(3);
  assert.deepEqual(kinds(events), ['created', 'fork', 'entered']);
  assert.deepEqual(
    [state, ...events].map(({ seq }) => seq),
    [1, 2, 3, 4],
  );
  await stream.return();
  assert.deepEqual([host.isSourceOpen, host.clock.waiting], [false, 0]);
});

test('A reader that falls behind gets what waited, how much was dropped, and then the whole state again.', async () => {
  const { host, stream, read } = begin({ queueLimit: 2 });
  await read(1);
  host.tells((source, at) => {
    for (let i = 1; i <= 6; i++) source.fork(makeTask(i), at);
  });
  const elements = await read(3);
  assert.deepEqual(kinds(elements), ['fork', 'fork', 'lost']);
  assert.ok(elements[2]?.event === 'lost' && elements[2].where === 'reader');
  assert.equal(elements[2].count, 4);
  const state = read(1);
  await settle();
  assert.equal(host.asked, 1, 'a snapshot is taken for the reader');
  // What happens meanwhile follows the state.
  host.tells((source, at) => source.fork(makeTask(7), at));
  await host.answers(snapshotOf());
  assert.deepEqual(kinds(await state), ['state']);
  const [after] = await read(1);
  assert.ok(after?.event === 'fork' && after.process.pid === makeTask(7).pid);
  assert.equal(after.seq, 6, 'no number is left out');
  await stream.return();
});

test('Events are of the types that were asked for, and of processes where they were; a loss is told to all.', async () => {
  const { host, stream, read } = begin({ types: ['uts'], processes: false });
  await read(1);
  const uts = 4026532998;
  host.tells((source, at) => {
    source.fork(makeTask(1, { net }), at);
    source.fork(makeTask(2, { uts, net }), at);
  });
  host.loses(9);
  await host.clock.pass(20);
  await host.answers(snapshotOf());
  const elements = await read(4);
  assert.deepEqual(kinds(elements), ['created', 'entered', 'lost', 'resync']);
  for (const element of elements) if ('namespace' in element) assert.equal(element.namespace.type, 'uts');
  await stream.return();
});

test('A stream that waits ends when it is aborted, and gives back what it took.', async () => {
  const ending = new AbortController();
  const { host, stream, read } = begin({ signal: ending.signal });
  await read(1);
  const next = stream.next();
  await settle();
  ending.abort();
  assert.deepEqual(await next, { value: undefined, done: true });
  assert.deepEqual([host.isSourceOpen, host.areMountsWatched, host.clock.waiting], [false, false, 0]);
});
