// A host with a container in it, as facts: what the tests of targets, trees and pages look at.
import { SnapshotIndex } from '../src/analysis/graph/snapshot-index.ts';
import { buildSnapshot } from '../src/model/build/build-snapshot.ts';
import type { Fact } from '../src/model/facts/facts.ts';
import type { Snapshot } from '../src/model/snapshot/schema.ts';
import { hostFact, hostInodes, linksOf, netnsName, processFact } from './recorded-facts.ts';

/** The namespaces of the container, and of the sandbox that is nested in it. */
export const container = {
  user: 4026532301,
  mnt: 4026532302,
  uts: 4026532303,
  pid: 4026532304,
  net: 4026532305,
  nestedPid: 4026532400,
} as const;

const inContainer = linksOf({
  user: container.user,
  mnt: container.mnt,
  uts: container.uts,
  pid: container.pid,
  net: container.net,
});

const uts = { sysname: 'Linux', release: '6.18.44', version: '#1', machine: 'x86_64', domainname: '(none)' };

/**
 * PID 1, kthreadd with two workers and kdevtmpfs (in a mount namespace of its own), a shell of uid 1000 with a thread in the
 * container's network namespace, and the container: its init 201, a worker 202, and 203 in a pid namespace below.
 */
export const facts: readonly Fact[] = [
  hostFact({ bootedAt: '2026-01-02T03:00:00.000Z' }),
  { fact: 'user-name', uid: 0, name: 'root' },
  { fact: 'user-name', uid: 1000, name: 'ada' },
  processFact(1, ['/sbin/init']),
  processFact(2, [], { ppid: 0, kernelThread: true, comm: 'kthreadd' }),
  processFact(3, [], { ppid: 2, kernelThread: true, comm: 'kworker/0:0' }),
  processFact(4, [], { ppid: 2, kernelThread: true, comm: 'kworker/1:0' }),
  processFact(25, [], { ppid: 2, kernelThread: true, comm: 'kdevtmpfs', namespaces: linksOf({ mnt: 4026531860 }) }),
  processFact(100, ['-bash'], { uid: 1000, threads: 2 }),
  processFact(100, ['-bash'], {
    tid: 105,
    comm: 'prober',
    uid: 1000,
    threads: 2,
    namespaces: linksOf({ net: container.net }),
  }),
  processFact(201, ['/usr/sbin/web', '--listen', '80'], { ppid: 100, uid: 1000, namespaces: inContainer }),
  processFact(202, ['worker'], { ppid: 201, uid: 1000, namespaces: inContainer }),
  processFact(203, ['worker', '--sandboxed'], {
    ppid: 202,
    uid: 1000,
    namespaces: { ...inContainer, pid: container.nestedPid, pid_for_children: container.nestedPid },
  }),
  processFact(900, ['nscope'], { ppid: 100, uid: 1000 }),
  { fact: 'nested-pids', pid: 201, pids: [201, 1] },
  { fact: 'nested-pids', pid: 202, pids: [202, 7] },
  { fact: 'nested-pids', pid: 203, pids: [203, 8, 1] },
  {
    fact: 'namespace',
    type: 'user',
    inode: hostInodes.user,
    dev: 4,
    id: '3',
    owner: null,
    parent: null,
    creatorUid: 0,
  },
  {
    fact: 'namespace',
    type: 'user',
    inode: container.user,
    dev: 4,
    id: '5001',
    owner: hostInodes.user,
    parent: hostInodes.user,
    creatorUid: 1000,
    uidMap: [{ inside: 0, outside: 1000, count: 1 }],
    gidMap: [{ inside: 0, outside: 100000, count: 65536 }],
    setgroups: 'deny',
  },
  { fact: 'namespace', type: 'mnt', inode: container.mnt, dev: 4, id: '5002', owner: container.user },
  {
    fact: 'namespace',
    type: 'uts',
    inode: container.uts,
    dev: 4,
    id: '5003',
    owner: container.user,
    uts: { ...uts, nodename: 'webhost' },
  },
  {
    fact: 'namespace',
    type: 'uts',
    inode: hostInodes.uts,
    dev: 4,
    owner: hostInodes.user,
    uts: { ...uts, nodename: 'vm' },
  },
  {
    fact: 'namespace',
    type: 'pid',
    inode: container.pid,
    dev: 4,
    id: '5004',
    owner: container.user,
    parent: hostInodes.pid,
  },
  {
    fact: 'namespace',
    type: 'pid',
    inode: container.nestedPid,
    dev: 4,
    owner: container.user,
    parent: container.pid,
  },
  { fact: 'namespace', type: 'net', inode: container.net, dev: 4, id: '5005', owner: container.user },
  netnsName('blue', container.net),
  netnsName('812', hostInodes.net),
];

export function snapshotOf(others: readonly Fact[] = []): Snapshot {
  return buildSnapshot([...facts, ...others]);
}

export function indexOf(others: readonly Fact[] = []): SnapshotIndex {
  return new SnapshotIndex(snapshotOf(others));
}
