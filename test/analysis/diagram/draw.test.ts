// Diagrams of snapshots: what is drawn, what is one box, and that nothing is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Diagram, DiagramBox, DiagramView } from '../../../src/analysis/diagram/diagram.ts';
import { diagramViews } from '../../../src/analysis/diagram/diagram.ts';
import { type DiagramRequest, drawDiagram, labelLine } from '../../../src/analysis/diagram/draw.ts';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Fact } from '../../../src/model/facts/facts.ts';
import { notAsked } from '../../../src/model/snapshot/known.ts';
import type { Network, NetworkLink } from '../../../src/model/snapshot/schema.ts';
import { formatListed } from '../../../src/render/columns/overview-columns.ts';
import { nameGroup } from '../../../src/render/words/group-names.ts';
import { container, indexOf } from '../../container-host.ts';
import { generatedFacts } from '../../model/build/generated-facts.ts';
import { hostFact, hostInodes, linksOf, netnsName, processFact } from '../../recorded-facts.ts';

function draw(index: SnapshotIndex, view: DiagramView, others: Partial<DiagramRequest> = {}): Diagram {
  return drawDiagram(index, { view, types: [], around: undefined, hops: 2, maxBoxes: 200, maxAlike: 6, ...others });
}

function describe(box: DiagramBox): string {
  return `${nameGroup(box)} ${box.namespaces.map(({ type }) => type).join(' ')}`;
}

function describeLines({ lines }: Diagram): string[] {
  return lines.map(({ from, to, isMutual }) => `${describe(from)} ${isMutual ? '-' : '>'} ${describe(to)}`);
}

test('Every namespace of any snapshot is in one box, in one that another stands for, or counted as left out.', () => {
  let compared = 0;
  fc.assert(
    fc.property(
      generatedFacts,
      fc.constantFrom(...diagramViews),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      (facts, view, maxBoxes, maxAlike) => {
        const snapshot = buildSnapshot(facts);
        const { boxes, lines, leftOut } = draw(new SnapshotIndex(snapshot), view, { maxBoxes, maxAlike });
        assert.ok(boxes.length <= maxBoxes);
        const drawn = boxes.flatMap((box) => [box, ...box.folded]).flatMap(({ namespaces }) => namespaces);
        assert.equal(new Set(drawn.map(formatListed)).size, drawn.length);
        const drawnTypes: Partial<Record<DiagramView, readonly string[]>> = {
          parent: ['pid', 'user'],
          wiring: ['net'],
        };
        const isDrawn = ({ type }: { readonly type: string }) => drawnTypes[view]?.includes(type) ?? true;
        const all = [...snapshot.namespaces, ...snapshot.unnumbered].filter(isDrawn);
        assert.equal(drawn.length + leftOut.namespaces, all.length);
        for (const { from, to } of lines) assert.ok(boxes.includes(from) && boxes.includes(to) && from !== to);
        compared += drawn.length;
      },
    ),
    { numRuns: 400 },
  );
  assert.ok(compared > 2000, `${compared} namespaces`);
});

test('By owner a container is its user namespace, and below it what that owns.', () => {
  assert.deepEqual(describeLines(draw(indexOf(), 'owner')), [
    'net:blue user > net:blue mnt net pid pid uts',
    'this host user > net:blue user',
    'this host user > this host uts',
  ]);
});

test('Of what nobody could read the owner the box says so, and no line leads there.', () => {
  const { boxes } = draw(indexOf(), 'owner');
  const unknown = boxes.filter(({ isAboveUnknown }) => isAboveUnknown).map(describe);
  assert.deepEqual(unknown, ['this host cgroup ipc mnt mnt net pid time']);
});

test('By parent there are pid and user namespaces alone, and types say which.', () => {
  const both = draw(indexOf(), 'parent');
  const types = new Set(both.boxes.flatMap(({ namespaces }) => namespaces.map(({ type }) => type)));
  assert.deepEqual([...types].sort(), ['pid', 'user']);
  const alone = draw(indexOf(), 'parent', { types: ['pid', 'net'] });
  assert.deepEqual([...new Set(alone.boxes.flatMap(({ namespaces }) => namespaces.map(({ type }) => type)))], ['pid']);
});

test('The wiring has a line between network namespaces, with both names, once for each pair, and notes of ends unseen.', () => {
  const veth = { altNames: [], kind: 'veth', state: 'up', flags: 1, mtu: 1500, mac: '' };
  const networks: readonly Network[] = [
    network(hostInodes.net, [
      { ...veth, index: 2, name: 'veth9', peer: { inode: container.net, index: 2 } },
      { ...veth, kind: '', index: 3, name: 'eth0', device: 'virtio0' },
      { ...veth, index: 4, name: 'lost', peer: { inode: notAsked, index: 7 } },
      { ...veth, index: 5, name: 'a', peer: { inode: hostInodes.net, index: 6 } },
      { ...veth, index: 6, name: 'b', peer: { inode: hostInodes.net, index: 5 } },
    ]),
    network(container.net, [
      { ...veth, index: 2, name: 'eth0', peer: { inode: hostInodes.net, index: 2 } },
      { ...veth, kind: 'vxlan', index: 3, name: 'vx', madeIn: { inode: hostInodes.net } },
      { ...veth, index: 9, name: 'gone', peer: { inode: 77, index: 1 } },
    ]),
  ];
  const { boxes, lines } = draw(indexOf(), 'wiring', { networks });
  assert.deepEqual(lines.map(labelLine), ['veth9 - eth0', 'vx, made in']);
  assert.deepEqual(
    boxes.map(({ notes }) => notes),
    [
      ['eth0: virtio0', 'lost: leads to a namespace that is not known'],
      ['gone: leads to net:[77], which was not seen'],
    ],
  );
});

function network(inode: number, links: readonly NetworkLink[]): Network {
  const rest = { addresses: notAsked, routes: notAsked, neighbours: notAsked, listening: notAsked };
  return { inode, links, ...rest, sockets: notAsked, conntrack: notAsked };
}

test('Around a namespace stands what is near it, and what is far is neither drawn nor counted as left out.', () => {
  const around = new Set([`pid:${container.nestedPid}`]);
  const { boxes, leftOut } = draw(indexOf(), 'parent', { around, hops: 1 });
  assert.ok(boxes.some(({ namespaces }) => namespaces.some(({ inode }) => inode === container.nestedPid)));
  assert.ok(!boxes.some(({ home }) => home.kind === 'host'));
  assert.deepEqual(leftOut, { boxes: 0, namespaces: 0 });
});

function userNamespace(inode: number, owner: number | null): Fact {
  return { fact: 'namespace', type: 'user', inode, owner, parent: owner, creatorUid: 0 };
}

/** Sandboxes that each own a network namespace, nested one level, and two that have a mount namespace as well. */
function sandboxes(count: number): SnapshotIndex {
  const facts: Fact[] = [hostFact(), processFact(1, ['/sbin/init']), userNamespace(hostInodes.user, null)];
  for (let i = 0; i < count; i++) {
    const [user, net] = [4_026_540_000 + 10 * i, 4_026_540_001 + 10 * i];
    const mnt = i < 2 ? { mnt: net + 1 } : {};
    facts.push(processFact(100 + i, ['sandbox'], { ppid: 1, namespaces: linksOf({ user, net, ...mnt }) }));
    for (const inode of [net, ...Object.values(mnt)])
      facts.push({ fact: 'namespace', type: inode === net ? 'net' : 'mnt', inode, owner: user });
    facts.push(userNamespace(user, hostInodes.user));
  }
  return new SnapshotIndex(buildSnapshot(facts));
}

test('Boxes that are alike are one with all below them, box by box, and those that differ stay.', () => {
  const { boxes } = draw(sandboxes(12), 'owner');
  const folded = boxes.filter((box) => box.folded.length > 0).map((box) => [describe(box), box.folded.length]);
  assert.deepEqual(folded, [
    ['process 102 net', 9],
    ['process 102 user', 9],
  ]);
  assert.equal(boxes.filter(({ home }) => home.kind === 'process').length, 2 + 4);
});

test('A thing that was asked for is not folded into others.', () => {
  const { boxes } = draw(sandboxes(12), 'owner', { around: new Set(['net:4026540051']), hops: 3 });
  const own = boxes.find(({ namespaces }) => namespaces.some(({ inode }) => inode === 4_026_540_051));
  assert.ok(own && own.folded.length === 0);
});

test('A box with many lines is named in the others, and nothing is near because of it.', () => {
  const index = sandboxes(40);
  const whole = draw(index, 'owner', { maxAlike: 1000 });
  const host = whole.boxes.find(({ home, namespaces }) => home.kind === 'host' && namespaces[0]?.type === 'user');
  assert.ok(host && !whole.lines.some(({ from }) => from === host));
  assert.equal(whole.boxes.filter(({ hubs }) => hubs.length === 1).length, 40);
  const near = draw(index, 'owner', { around: new Set(['net:4026540051']), hops: 5 });
  assert.deepEqual(near.boxes.map(describe), ['process 105 net', 'process 105 user', 'this host user']);
});

test('User namespaces nested 32 deep are drawn, and such chains fold as fast as flat ones.', () => {
  const facts: Fact[] = [hostFact(), processFact(1, ['/sbin/init']), userNamespace(hostInodes.user, null)];
  for (let chain = 0; chain < 60; chain++)
    for (let depth = 0, owner = hostInodes.user; depth < 32; depth++) {
      const inode = 4_026_600_000 + 100 * chain + depth;
      facts.push(netnsName(`n${inode}`, inode + 5_000_000));
      facts.push(userNamespace(inode, owner));
      facts.push({ fact: 'namespace', type: 'net', inode: inode + 5_000_000, owner: inode });
      owner = inode;
    }
  const { boxes } = draw(new SnapshotIndex(buildSnapshot(facts)), 'owner', { maxBoxes: 10_000 });
  assert.ok(boxes.length > 32 && boxes.length < 200, `${boxes.length} boxes`);
});
