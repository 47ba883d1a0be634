// Links that come, go and change in chosen network namespaces, as events of a stream.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectSnapshot } from '../../../src/collect/collect.ts';
import { takeSnapshotAside } from '../../../src/live/snapshots/snapshot-aside.ts';
import type { NamespaceEvent } from '../../../src/model/live/events.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import { wantProcesses } from '../../../src/model/snapshot/wanted.ts';
import { countDescriptors } from '../../kernel/open-descriptors.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { NetworkBed } from '../../network-bed.ts';
import { missing } from '../../tiers.ts';
import { watchWhile } from '../watch-for.ts';

const skip = missing({ root: true, commands: ['ip'] });
const bed = new NetworkBed('live');
const directory = mkdtempSync(join(tmpdir(), 'nscope-contents-'));
after(() => {
  bed.end();
  rmSync(directory, { recursive: true, force: true });
});

type LinkEvent = Extract<NamespaceEvent, { readonly link: unknown }>;

function pick(events: readonly NamespaceEvent[], inode: number, name: string): LinkEvent[] {
  return events.flatMap((event) =>
    'link' in event && event.namespace.inode === inode && event.link.name === name ? [event] : [],
  );
}

function isLink(
  kind: LinkEvent['event'],
  inode: number,
  name: string,
  is: (event: LinkEvent) => boolean = () => true,
): (event: NamespaceEvent) => boolean {
  return (event) => pick([event], inode, name).some((one) => one.event === kind && is(one));
}

function hasEnded(inode: number): (event: NamespaceEvent) => boolean {
  return (event) => event.event === 'destroyed' && event.namespace.inode === inode;
}

test('A veth is told at both ends, with where its other end is, and so are its state, its name and its end.', {
  skip,
}, async () => {
  const [a, b] = [bed.add('a'), bed.add('b')];
  const { first, events } = await watchWhile(
    { links: [a.inode, b.inode] },
    async (seen) => {
      bed.ip('a', 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1', 'netns', b.name);
      const leadsTo = (inode: number) => (event: LinkEvent) => event.link.peer?.inode === inode;
      await seen(isLink('link-added', a.inode, 'v0', leadsTo(b.inode)));
      // It is told before it has another end.
      await seen(isLink('link-changed', b.inode, 'v1', leadsTo(a.inode)));
      bed.ip('a', 'link', 'set', 'v0', 'up');
      bed.ip('b', 'link', 'set', 'v1', 'up');
      await seen(isLink('link-changed', a.inode, 'v0', ({ link }) => link.state === 'up'));
      bed.ip('b', 'link', 'set', 'v1', 'down');
      bed.ip('b', 'link', 'set', 'v1', 'name', 'v2');
      await seen(isLink('link-changed', b.inode, 'v2', ({ was }) => was?.name === 'v1'));
      bed.ip('a', 'link', 'del', 'v0');
      await seen(isLink('link-removed', a.inode, 'v0'));
      await seen(isLink('link-removed', b.inode, 'v2'));
    },
    0,
  );
  for (const watched of first.links ?? []) {
    assert.equal(watched.via, 'rtnetlink');
    assert.ok(isKnown(watched.links));
    assert.deepEqual(
      watched.links.map(({ name }) => name),
      ['lo'],
    );
  }
  const [added] = pick(events, a.inode, 'v0');
  assert.equal(added?.link.kind, 'veth');
  assert.ok((added?.link.index ?? 0) > 1);
  for (const short of ['a', 'b']) bed.remove(short);
});

test('A link that is moved is told with where it is now, and its other end with where that leads.', {
  skip,
}, async () => {
  const [a, b] = [bed.add('from'), bed.add('to')];
  const { events } = await watchWhile(
    { links: [a.inode, b.inode] },
    async (seen) => {
      bed.ip('from', 'link', 'add', 'm0', 'type', 'veth', 'peer', 'name', 'm1');
      await seen(isLink('link-added', a.inode, 'm0'));
      bed.ip('from', 'link', 'set', 'm0', 'netns', b.name);
      await seen(isLink('link-removed', a.inode, 'm0'));
      await seen(isLink('link-added', b.inode, 'm0'));
      await seen(isLink('link-changed', a.inode, 'm1', ({ link }) => link.peer?.inode === b.inode));
    },
    0,
  );
  const [removed] = events.filter(isLink('link-removed', a.inode, 'm0'));
  const [added] = events.filter(isLink('link-added', b.inode, 'm0'));
  assert.ok(removed?.event === 'link-removed' && added?.event === 'link-added');
  assert.equal(removed.movedTo?.inode, b.inode);
  assert.equal(removed.movedTo.index, added.link.index);
  for (const short of ['from', 'to']) bed.remove(short);
});

test('Watching keeps no network namespace alive: it ends, and what was in it is told to go before.', {
  skip,
}, async () => {
  const ending = bed.add('ending');
  const { events } = await watchWhile(
    { links: [ending.inode] },
    async (seen) => {
      bed.ip('ending', 'link', 'add', 'e0', 'type', 'bridge');
      await seen(isLink('link-added', ending.inode, 'e0'));
      bed.remove('ending');
      await seen(hasEnded(ending.inode));
    },
    0,
  );
  const removed = events.findIndex(isLink('link-removed', ending.inode, 'e0'));
  assert.ok(removed >= 0 && removed < events.findIndex(hasEnded(ending.inode)));
});

test('In a network namespace that no process is in and no name leads to links are told as well.', {
  skip,
}, async () => {
  const hidden = bed.add('hidden');
  const fd = openSync(`/run/netns/${hidden.name}`, 'r');
  bed.remove('hidden');
  const ip = (...words: readonly string[]) =>
    execFileSync('nsenter', [`--net=/proc/${process.pid}/fd/${fd}`, 'ip', ...words]);
  await watchWhile(
    { links: [hidden.inode] },
    async (seen) => {
      ip('link', 'add', 'h0', 'type', 'bridge');
      await seen(isLink('link-added', hidden.inode, 'h0'));
      ip('link', 'del', 'h0');
      await seen(isLink('link-removed', hidden.inode, 'h0'));
      closeSync(fd);
      await seen(hasEnded(hidden.inode));
    },
    0,
  );
});

test('A port of a bridge is told once for each change, and never to go because it leaves the bridge.', {
  skip,
}, async () => {
  const { inode } = bed.add('bridge');
  bed.ip('bridge', 'link', 'add', 'br0', 'type', 'bridge');
  bed.ip('bridge', 'link', 'add', 'p0', 'type', 'veth', 'peer', 'name', 'p1');
  const { events } = await watchWhile(
    { links: [inode] },
    async (seen) => {
      bed.ip('bridge', 'link', 'set', 'p0', 'master', 'br0');
      await seen(isLink('link-changed', inode, 'p0', ({ was }) => was?.master === null));
      bed.ip('bridge', 'link', 'set', 'p0', 'nomaster');
      await seen(isLink('link-changed', inode, 'p0', ({ was }) => typeof was?.master === 'number'));
    },
    300,
  );
  const told = pick(events, inode, 'p0');
  assert.ok(told.length >= 2 && told.every(({ event }) => event === 'link-changed'));
  bed.remove('bridge');
});

test('Where the kernel drops messages, that is told, and a comparison finds what is there.', { skip }, async () => {
  const { inode } = bed.add('lost');
  const batch = join(directory, 'batch');
  const lines = Array.from({ length: 4000 }, (_, at) => `link set lo mtu ${60_000 + (at % 2)}`);
  writeFileSync(batch, `${[...lines, 'link add last type bridge'].join('\n')}\n`);
  const { events } = await watchWhile(
    { links: [inode] },
    async (seen) => {
      bed.ip('lost', '-batch', batch);
      await seen((event) => event.event === 'resync' && event.of?.things === 'links');
      await seen(isLink('link-added', inode, 'last'));
    },
    200,
  );
  const [lost] = events.filter(({ event }) => event === 'lost');
  assert.ok(lost?.event === 'lost' && lost.where === 'kernel' && lost.of?.namespace === null);
  assert.equal(pick(events, inode, 'last').filter(({ event }) => event === 'link-added').length, 1);
  bed.remove('lost');
});

test('Links of many network namespaces are heard by one socket, and nothing is left open.', { skip }, async () => {
  const made = Array.from({ length: 20 }, (_, at) => bed.add(`many${at}`));
  const measure = async (links: readonly number[]) => {
    let open = 0;
    await watchWhile(
      { links },
      async () => {
        open = countDescriptors();
      },
      0,
    );
    return open;
  };
  // The thread that takes snapshots is begun by the first that is due, and stays for the next stream.
  await takeSnapshotAside(wantProcesses);
  await measure([]);
  const without = await measure([]);
  const before = countDescriptors();
  // The socket, epoll and an eventfd.
  assert.equal((await measure(made.map(({ inode }) => inode))) - without, 3);
  // With its answer it has nothing open of what the streams asked for.
  await takeSnapshotAside(wantProcesses);
  assert.equal(countDescriptors(), before);
  made.forEach((_, at) => {
    bed.remove(`many${at}`);
  });
});

test('The network namespace of the socket ends with the stream, and is no event of it.', {
  skip: skip || (!isLinuxSince(6, 18) && 'needs Linux 6.18, which lists its namespaces'),
}, async () => {
  const { inode } = bed.add('made');
  const { first, events } = await watchWhile({ types: ['net'], links: [inode] }, async () => {}, 500);
  const isOwn = ({ holders }: (typeof first.snapshot.namespaces)[number]) =>
    holders.some((holder) => 'pid' in holder && holder.pid === process.pid);
  const own = first.snapshot.namespaces.filter((one) => one.type === 'net' && isOwn(one));
  assert.equal(own.length, 1, 'the snapshot has it, held by a socket of this process');
  const told = events.filter((event) => 'namespace' in event && event.namespace.inode === own[0]?.inode);
  assert.deepEqual(
    told.filter(({ event }) => event === 'created'),
    [],
  );
  const isThere = () => collectSnapshot().namespaces.some(({ id }) => isKnown(id) && id === own[0]?.id);
  for (let turn = 0; turn < 100 && isThere(); turn++) await sleep(100);
  assert.equal(isThere(), false);
  bed.remove('made');
});

test('A name with bytes that a terminal obeys reaches the stream as it is.', { skip }, async () => {
  const { inode } = bed.add('hostile');
  const name = 'a\u001b[1mb';
  await watchWhile(
    { links: [inode] },
    async (seen) => {
      bed.ip('hostile', 'link', 'add', name, 'type', 'bridge');
      await seen(isLink('link-added', inode, name));
    },
    0,
  );
  bed.remove('hostile');
});
