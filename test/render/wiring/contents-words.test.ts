import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NamespaceEvent } from '../../../src/model/live/events.ts';
import type { Mount, NetworkLink } from '../../../src/model/snapshot/schema.ts';
import { eventColumns, formatEventLine } from '../../../src/render/columns/event-columns.ts';

const users = { find: () => undefined };
const detail = eventColumns.filter(({ name }) => name === 'detail');
const describe = (event: NamespaceEvent) => formatEventLine(detail, { event, users });

const at = '2026-01-01T00:00:00.000000Z';
const mnt = { type: 'mnt', inode: 10, id: null } as const;
const net = { type: 'net', inode: 20, id: null } as const;
const mount: Mount = {
  oldId: 5,
  oldParent: 4,
  device: '0:5',
  root: '/',
  mountPoint: '/mnt',
  fsType: 'tmpfs',
  source: 'scratch',
  options: ['rw', 'noexec'],
  superOptions: ['rw'],
  unbindable: false,
  locked: false,
};
const link: NetworkLink = {
  index: 3,
  name: 'v0',
  altNames: [],
  kind: 'veth',
  state: 'up',
  flags: 1,
  mtu: 1500,
  mac: '',
  peer: { inode: 21, index: 2 },
};

test('A mount is told in a line: where, what, how; and of a change what was otherwise.', () => {
  const base = { namespace: mnt, mountId: '7', mount, process: null, seq: 1, at };
  assert.equal(describe({ event: 'mounted', ...base }), '/mnt tmpfs scratch rw,noexec');
  assert.equal(describe({ event: 'unmounted', ...base }), '/mnt tmpfs scratch');
  assert.equal(
    describe({ event: 'remounted', ...base, was: { mountPoint: '/srv', peerGroup: null } }),
    '/mnt tmpfs scratch rw,noexec; was at /srv; other peerGroup',
  );
  assert.equal(
    describe({ event: 'mounted', ...base, mount: { unknown: 'gone', errno: 'ENOENT' } }),
    'mount 7, which had gone before it could be read',
  );
});

test('A link is told with its other end, where it went, and what was otherwise.', () => {
  const base = { namespace: net, link, seq: 1, at };
  assert.equal(describe({ event: 'link-added', ...base }), 'v0 veth up, other end 2 in net:[21]');
  assert.equal(
    describe({ event: 'link-removed', ...base, movedTo: { inode: { unknown: 'unsupported' }, index: 8 } }),
    'v0 veth up, other end 2 in net:[21]; now 8 in a network namespace that is not known',
  );
  assert.equal(
    describe({ event: 'link-changed', ...base, was: { state: 'down', master: null, flags: 0 } }),
    'v0 veth up, other end 2 in net:[21]; was down; was port of none; other flags',
  );
});

test('A mount point and a name that a terminal would obey are escaped.', () => {
  const evil = 'a\u001b[1m\nb';
  const lines = [
    describe({
      event: 'mounted',
      namespace: mnt,
      mountId: '7',
      mount: { ...mount, mountPoint: `/${evil}` },
      process: null,
      seq: 1,
      at,
    }),
    describe({ event: 'link-added', namespace: net, link: { ...link, name: evil }, seq: 1, at }),
  ];
  for (const line of lines) {
    assert.ok(line.includes('a\\e[1m\\nb'), line);
    assert.doesNotMatch(line, /[\u0000-\u001f]/);
  }
});

test('A loss of mounts or links says of which.', () => {
  const of = { things: 'mounts', namespace: mnt } as const;
  assert.equal(
    describe({ event: 'lost', where: 'kernel', count: null, of, seq: 1, at }),
    'an unknown number of events of mounts in mnt:[10], by the kernel',
  );
  assert.equal(
    describe({ event: 'resync', changes: 2, of: { things: 'links', namespace: null }, seq: 1, at }),
    '2 changes by comparison of links',
  );
});
