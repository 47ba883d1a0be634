// Devices of the machine where something runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceInContainer } from '../../../src/analysis/rules/device-in-container.ts';
import type { Network } from '../../../src/model/snapshot/schema.ts';
import { hostInodes } from '../../recorded-facts.ts';
import { judge, listCommands, processIn, say } from './judge.ts';

const inode = 4026532900;
const unknown = { unknown: 'unsupported' } as const;

function networkOf(own: number, links: Network['links']): Network {
  return {
    ...{ inode: own, links, addresses: [], routes: { count: 0, list: [] }, neighbours: { count: 0 }, listening: [] },
    ...{ sockets: unknown, conntrack: unknown },
  };
}

const device = {
  ...{ index: 2, name: 'enp1s0', altNames: [], kind: '', state: 'up', flags: 1, mtu: 1500, mac: '' },
  device: 'virtio0',
};
const { device: _, ...veth } = { ...device, kind: 'veth', name: 'eth0' };

function find(links: Network['links'], own = inode) {
  return judge(deviceInContainer as never, [processIn(50, { net: inode })], {
    conditions: { networks: [networkOf(own, links)] },
  });
}

test('A device of the machine with a process is a note, with the command that moves it back.', () => {
  const verdicts = find([device, veth]);
  assert.deepEqual(say(verdicts), [`note: enp1s0 of this machine is in net:[${inode}]`]);
  const [finding] = verdicts.findings;
  assert.ok(finding);
  assert.deepEqual(listCommands(finding), ['nsenter --net=/proc/50/ns/net ip link set dev enp1s0 netns 1']);
});

test('The host has its devices, a veth is none, and links that are not known leave the rule undecided.', () => {
  assert.deepEqual(say(find([device], hostInodes.net)), []);
  assert.deepEqual(say(find([veth])), []);
  assert.equal(find(unknown).undecided.length, 1);
});
