// Namespaces that an engine pinned for a workload that is gone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workloadEndedPinned } from '../../../src/analysis/rules/workload-ended-pinned.ts';
import type { Namespace } from '../../../src/model/snapshot/schema.ts';
import { linksOf, processFact } from '../../recorded-facts.ts';
import { hostView, mountView } from './judge.ts';
import { ago, hostOf, judge, mountedOn, vacant } from './vacant-host.ts';

const inode = 4026532900;
const uuid = '0a1b2c3d-0000-4000-8000-0123456789ab';

function find(namespace: Namespace, others: Parameters<typeof hostOf>[0] = {}) {
  return judge(workloadEndedPinned, hostOf({ namespaces: [namespace], conditions: { nameFiles: [] }, ...others }));
}

test('What CNI, Podman and Docker pin is found when nothing runs in it.', () => {
  for (const [path, engine] of [
    [`/run/netns/cni-${uuid}`, 'a CNI runtime (containerd, CRI-O)'],
    [`/run/netns/netns-${uuid}`, 'Podman'],
    ['/run/docker/netns/0a1b2c3d4e5f', 'Docker'],
    ['/srv/exec/netns/0a1b2c3d4e5f', 'Docker'],
  ] as const) {
    const { findings } = find(vacant(inode, { ...mountedOn(path), openSince: ago(7200) }));
    assert.equal(findings[0]?.says, `net:[${inode}] was pinned by ${engine} on ${path}, and nothing runs in it`);
    assert.equal(findings[0].severity, 'warning');
    assert.ok(findings[0].seen.includes('there for 2 h at least'));
    assert.equal(findings[0].fixes[1]?.command, `umount -- ${path} && rm -- ${path}`);
  }
});

test('What CRI-O names waits for containers as well: a note.', () => {
  const [found] = find(
    vacant(inode, { ...mountedOn(`/run/ipcns/${uuid}`), type: 'ipc', openSince: ago(7200) }),
  ).findings;
  assert.equal(found?.severity, 'note');
});

test('Names that people give, the ingress of Docker, and what was just made are no finding.', () => {
  for (const path of [
    '/run/netns/blue',
    '/run/docker/netns/ingress_sbox',
    '/run/docker/netns/1-0a1b2c3d4e',
    '/run/netns/0a1b2c3d4e5f',
  ])
    assert.deepEqual(find(vacant(inode, { ...mountedOn(path), openSince: ago(7200) })).findings, []);
  assert.deepEqual(find(vacant(inode, { ...mountedOn(`/run/netns/cni-${uuid}`), openSince: ago(20) })).findings, []);
});

test('The age is that of the name where nothing has kept it open, and without either nothing is decided.', () => {
  const path = `/run/netns/cni-${uuid}`;
  const nameFiles = [{ path, leadsTo: 'namespace', changedAt: ago(600), uid: 0 }] as const;
  assert.equal(find(vacant(inode, mountedOn(path)), { conditions: { nameFiles } }).findings.length, 1);
  const { findings, undecided } = find(vacant(inode, mountedOn(path)));
  assert.deepEqual(findings, []);
  assert.match(undecided[0]?.why ?? '', /^1 pinned namespaces/);
});

test('One with a process is none, and one that hidden processes may be in is not decided.', () => {
  const pinned = { ...mountedOn(`/run/netns/cni-${uuid}`), openSince: ago(7200) };
  const member = processFact(300, ['pause'], { namespaces: linksOf({ net: inode }) });
  const processes = { count: 1, threads: 0, forChildren: 0, leader: 300 };
  assert.deepEqual(find(vacant(inode, { ...pinned, processes }), { facts: [member] }).findings, []);
  const hidden = { count: 0, threads: 0, forChildren: 0, leader: null, mayBeMore: true } as const;
  const { findings, undecided } = find(vacant(inode, { ...pinned, processes: hidden }));
  assert.deepEqual([findings.length, undecided.length], [0, 1]);
});

test('In another mount namespace it is unmounted through a process there.', () => {
  const path = `/run/netns/netns-${uuid}`;
  const inside = processFact(300, ['catatonit'], { namespaces: linksOf({ mnt: 4026532901 }) });
  const { findings } = find(vacant(inode, { ...mountedOn(path, 4026532901), openSince: ago(7200) }), {
    facts: [inside],
  });
  assert.equal(findings[0]?.fixes[1]?.command, `nsenter --mount=/proc/300/ns/mnt umount -- ${path}`);
});

test('A copy that goes with the first unmount is not unmounted once more; a private one is.', () => {
  const path = `/run/netns/netns-${uuid}`;
  const there = 4026532901;
  const inside = processFact(300, ['sleep'], { namespaces: linksOf({ mnt: there }) });
  const holders = [...mountedOn(path).holders, ...mountedOn(path, there).holders];
  const namespace = vacant(inode, { holders, holderCounts: { 'bind-mount': 2 }, openSince: ago(7200) });
  const fixesWith = (propagates: boolean) => {
    const pin = { path, type: 'net', inode, propagates, unbindable: false } as const;
    const mountViews = [hostView({ pins: [{ ...pin, propagates: true }] }), mountView(there, 300, { pins: [pin] })];
    const { findings } = find(namespace, { facts: [inside], conditions: { nameFiles: [], mountViews } });
    return findings[0]?.fixes.flatMap(({ command }) => command ?? []);
  };
  const here = `umount -- ${path} && rm -- ${path}`;
  assert.deepEqual(fixesWith(true), [here]);
  assert.deepEqual(fixesWith(false), [here, `nsenter --mount=/proc/300/ns/mnt umount -- ${path}`]);
});
