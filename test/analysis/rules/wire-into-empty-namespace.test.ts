// Wires into network namespaces in which nothing runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wireIntoEmptyNamespace } from '../../../src/analysis/rules/wire-into-empty-namespace.ts';
import type { Namespace, Network, NetworkLink } from '../../../src/model/snapshot/schema.ts';
import { hostInodes } from '../../recorded-facts.ts';
import { listCommands, say } from './judge.ts';
import { hostOf, judge, mountedOn, vacant } from './vacant-host.ts';

const inode = 4026532900;
const unknown = { unknown: 'unsupported' } as const;

function networkOf(inode: number, links: Network['links']): Network {
  return {
    ...{ inode, links, addresses: [], routes: { count: 0, list: [] }, neighbours: { count: 0 }, listening: [] },
    ...{ sockets: unknown, conntrack: unknown },
  };
}

function linkOf(own: Partial<NetworkLink>): NetworkLink {
  return { index: 2, name: 'eth0', altNames: [], kind: 'veth', state: 'up', flags: 1, mtu: 1500, mac: '', ...own };
}

const near = linkOf({ index: 7, name: 'veth7', peer: { inode, index: 2 } });
const far = linkOf({ peer: { inode: hostInodes.net, index: 7 } });
const held = { holders: [{ kind: 'fd', pid: 900, fd: 5 }], holderCounts: { fd: 1 } } as const;

function find(others: Partial<Namespace>, links: Network['links'] = [far]) {
  const networks = [networkOf(hostInodes.net, [near]), networkOf(inode, links)];
  return judge(
    wireIntoEmptyNamespace,
    hostOf({ namespaces: [vacant(inode, { ...held, ...others })], conditions: { networks } }),
  );
}

test('A veth into a namespace that only a descriptor holds is a note, with the command that deletes it.', () => {
  const verdicts = find({});
  assert.deepEqual(say(verdicts), [`note: a veth leads into net:[${inode}], where nothing runs`]);
  const [finding] = verdicts.findings;
  assert.ok(finding);
  assert.equal(finding.seen[0], `eth0 leads to veth7 in net:[${hostInodes.net}]`);
  assert.deepEqual(listCommands(finding), ['ip link delete dev veth7']);
});

test('Nothing is said of a namespace with a name, of one that somebody mounted, and of one that has no veth.', () => {
  assert.deepEqual(say(find({ names: [{ kind: 'ip-netns', name: 'r', path: '/run/netns/r' }] })), []);
  assert.deepEqual(say(find(mountedOn('/run/docker/netns/ingress_sbox'))), []);
  assert.deepEqual(say(find({}, [linkOf({ name: 'lo', kind: '' })])), []);
  assert.deepEqual(say(find({ processes: { count: 1, threads: 0, forChildren: 0, leader: 900 } })), []);
});

test('The pin of an engine is not a name, and links that are not known leave the rule undecided.', () => {
  const pin = '/run/netns/cni-0f6a1a1e-1111-2222-3333-444444444444';
  assert.equal(say(find(mountedOn(pin))).length, 1);
  const { findings, undecided } = find({}, unknown);
  assert.deepEqual([findings, undecided.length], [[], 1]);
});
