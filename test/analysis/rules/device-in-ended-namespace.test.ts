// Network devices of the machine in a namespace in which nothing runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceInEndedNamespace } from '../../../src/analysis/rules/device-in-ended-namespace.ts';
import type { LinkList, Namespace } from '../../../src/model/snapshot/schema.ts';
import { ago, hostOf, judge, mountedOn, vacant } from './vacant-host.ts';

const inode = 4026532900;
const lo = { name: 'lo', kind: '', physical: false };
const veth = { name: 'eth1', kind: 'veth', physical: false };
const device = { name: 'enp1s0', kind: '', physical: true };
const unsupported = { unknown: 'unsupported' } as const;

function find(links: LinkList['links'], others: Partial<Namespace> = {}) {
  const namespace = vacant(inode, { openSince: ago(7200), ...others });
  return judge(
    deviceInEndedNamespace,
    hostOf({ namespaces: [namespace], conditions: { linkLists: [{ inode, links }] } }),
  );
}

test('A device of the machine where nothing runs is found, with the command that brings it back.', () => {
  const name = { kind: 'ip-netns', name: 'old', path: '/run/netns/old' } as const;
  const [named] = find([lo, device], { ...mountedOn(name.path), names: [name] }).findings;
  assert.equal(named?.says, `enp1s0 of this machine is in net:[${inode}], where nothing runs`);
  assert.equal(named.fixes[0]?.command, 'ip -n old link set dev enp1s0 netns 1');
  const [kept] = find([lo, device], { holders: [{ kind: 'fd', pid: 900, fd: 5 }] }).findings;
  assert.equal(kept?.fixes[0]?.command, 'nsenter --net=/proc/900/fd/5 ip link set dev enp1s0 netns 1');
});

test('A veth is none, and neither is a device where a process is.', () => {
  assert.deepEqual(find([lo, veth]).findings, []);
  const processes = { count: 1, threads: 0, forChildren: 0, leader: 300 };
  assert.deepEqual(find([lo, device], { processes }), { findings: [], undecided: [], decided: 1 });
});

test('Links that could not be read, and those of which nothing tells what is behind them, are not decided.', () => {
  for (const links of [unsupported, [lo, { ...device, physical: unsupported }]]) {
    const { findings, undecided } = find(links);
    assert.deepEqual(findings, []);
    assert.match(undecided[0]?.why ?? '', /^of 1 network namespaces/);
  }
});
