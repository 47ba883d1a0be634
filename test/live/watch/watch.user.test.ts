// The stream of events where nothing but comparison is permitted, as an ordinary user.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventSourceError } from '../../../src/live/events/open-source.ts';
import { takeSnapshotAside } from '../../../src/live/snapshots/snapshot-aside.ts';
import { watch } from '../../../src/live/watch/watch.ts';
import type { NamespaceEvent } from '../../../src/model/live/events.ts';
import { wantProcesses } from '../../../src/model/snapshot/wanted.ts';
import { hold, readLinksOf, readOnlyChild } from '../../held-process.ts';
import { countDescriptors } from '../../kernel/open-descriptors.ts';
import { missing } from '../../tiers.ts';
import { watchWhile } from '../watch-for.ts';

const skip = missing({ unprivileged: true, commands: ['unshare'] });
const options = { source: 'comparison', bpf: false, intervalMs: 100 } as const;

test('By comparison a namespace is seen to come, with who is in it, and to go.', { skip }, async () => {
  let inode = 0;
  let user = 0;
  let child = 0;
  const { first, events } = await watchWhile(
    options,
    async (seen) => {
      const held = await hold('unshare', ['-Ur', '-u', '-f', 'sh', '-c', 'echo ready; sleep 60']);
      child = readOnlyChild(held.pid);
      ({ uts: inode, user } = readLinksOf(child));
      const isOwn = (event: NamespaceEvent) => 'namespace' in event && event.namespace.inode === inode;
      await seen((event) => isOwn(event) && event.event === 'entered');
      await held.end();
      await seen((event) => isOwn(event) && event.event === 'destroyed');
    },
    0,
  );
  assert.equal(first.source.name, 'comparison');
  assert.ok(first.source.cannotSee.length >= 3, 'it says what it cannot see');
  const told = events.filter((event) => 'namespace' in event && event.namespace.inode === inode);
  const kinds = told.map(({ event }) => event);
  assert.deepEqual([...new Set(kinds)], ['created', 'entered', 'left', 'destroyed']);
  const [created] = told;
  assert.ok(created?.event === 'created' && created.process);
  assert.equal(created.how, 'seen');
  assert.equal(created.namespace.owner, user);
  const entered = told.flatMap((event) => (event.event === 'entered' ? [event.process.pid] : []));
  assert.ok(entered.includes(created.process.pid));
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, i) => i + 2),
    'no number is left out',
  );
});

test('A source that is not permitted is refused by name, with the reason.', { skip }, async () => {
  const before = countDescriptors();
  for (const source of ['bpf', 'bpf-hooks'] as const)
    await assert.rejects(watch({ source }).next(), (error: unknown) => {
      assert.ok(error instanceof EventSourceError);
      assert.equal(error.code, 'NSCOPE_EVENT_SOURCE');
      assert.match(error.message, new RegExp(`"${source}".*\\w{10}`));
      return true;
    });
  assert.equal(countDescriptors(), before);
});

test('Left to itself the stream takes what is permitted, and says why not the better ones.', { skip }, async () => {
  const stream = watch({ bpf: false });
  const { value } = await stream.next();
  await stream.return();
  assert.ok(value?.event === 'state');
  // Since Linux 6.6 the process connector answers everybody.
  assert.ok(['process-events', 'comparison'].includes(value.source.name));
  assert.ok(value.source.refused.length >= 2);
  assert.ok(value.snapshot.namespaces.length >= 7);
});

test('A stream ends when it is aborted, before it begins as well, and leaves nothing open.', { skip }, async () => {
  for await (const _ of watch(options)) break;
  // The thread that takes snapshots is begun by the first that is due, and stays for the next stream.
  await takeSnapshotAside(wantProcesses);
  const before = countDescriptors();
  assert.deepEqual(await watch({ ...options, signal: AbortSignal.abort() }).next(), { value: undefined, done: true });
  for (let i = 0; i < 5; i++) {
    let elements = 0;
    for await (const element of watch({ ...options, signal: AbortSignal.timeout(50 * i + 20) }))
      if (element.event === 'state') elements++;
    assert.equal(elements, 1);
  }
  // It answers one after the other: with this answer it has nothing open of what the streams asked for.
  await takeSnapshotAside(wantProcesses);
  assert.equal(countDescriptors(), before);
});
