import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findInitialNamespaces, isInitial } from '../../../src/model/facts/initial-namespaces.ts';
import { isKernelSince } from '../../../src/model/names/kernel-release.ts';
import { hostFact, linksOf, processFact } from '../../recorded-facts.ts';

const kthreadd = (mnt: number, net: number) =>
  processFact(2, ['kthreadd'], { ppid: 0, kernelThread: true, namespaces: linksOf({ mnt, net }) });

test('From Linux 6.17 on the inode number alone tells all eight initial namespaces.', () => {
  for (const kernel of ['6.17.0', '6.18.44', '7.2.13', '10.0.0-rc1']) {
    const initials = findInitialNamespaces(hostFact({ kernel }).host, []);
    assert.deepEqual(
      Object.values(initials),
      [0xeffffffb, 0xefffffff, 0xeffffff8, 0xeffffff9, 0xeffffffc, 0xeffffffa, 0xeffffffd, 0xeffffffe],
    );
  }
});

test('Before that the mount and network namespaces of the boot are those of kthreadd.', () => {
  for (const [kernel, mnt, net] of [
    ['5.10.0-30-amd64', 0xf0000000, 0xf0000098],
    ['6.1.0-40-amd64', 0xf0000001, 0xf0000000],
    ['6.16.12', 0xf0000001, 0xf0000000],
  ] as const) {
    const initials = findInitialNamespaces(hostFact({ kernel }).host, [kthreadd(mnt, net)]);
    assert.deepEqual([initials.mnt, initials.net], [mnt, net]);
    assert.equal(isInitial('mnt', mnt, initials), true);
    assert.equal(isInitial('net', net + 1, initials), false);
    assert.equal(isInitial('uts', 0xeffffffe, initials), true);
  }
});

test('Where kthreadd is not to be seen, as in a container, an old kernel leaves it unknown.', () => {
  const { host } = hostFact({ kernel: '6.1.0' });
  const impostors = [
    processFact(2, ['kthreadd'], { ppid: 0 }),
    processFact(2, ['kthreadd'], { ppid: 1, kernelThread: true }),
    processFact(3, ['kthreadd'], { ppid: 0, kernelThread: true }),
  ];
  for (const processes of [[], ...impostors.map((one) => [one])]) {
    const initials = findInitialNamespaces(host, processes);
    const unknown = { unknown: 'unsupported', detail: 'kthreadd is not visible from here' };
    assert.deepEqual(isInitial('mnt', 0xf0000001, initials), unknown);
    assert.equal(isInitial('user', 0xeffffffd, initials), true);
  }
});

test('Releases are compared by number, not by text, and a strange one is taken for old.', () => {
  assert.equal(isKernelSince('6.17', 6, 17), true);
  assert.equal(isKernelSince('6.9.0', 6, 17), false);
  assert.equal(isKernelSince('10.1-x', 6, 17), true);
  assert.equal(isKernelSince('5.19', 6, 17), false);
  assert.equal(isKernelSince('unknown', 6, 17), false);
});
