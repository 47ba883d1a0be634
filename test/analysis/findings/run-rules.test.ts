// Rules over snapshots: what is decided, what is not, and in how many steps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseFindings } from '../../../src/analysis/findings/choose-findings.ts';
import type { Finding } from '../../../src/analysis/findings/finding.ts';
import type { Rule } from '../../../src/analysis/findings/rule.ts';
import { runRules } from '../../../src/analysis/findings/run-rules.ts';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { rules } from '../../../src/analysis/rules/index.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Conditions, Mount, Snapshot } from '../../../src/model/snapshot/schema.ts';
import { hostFact, hostInodes, linksOf, netnsName, processFact } from '../../recorded-facts.ts';

function ruleOf(code: string, severity: Finding['severity'], needs: Rule['needs'] = []): Rule<never> {
  const rule: Rule = {
    code,
    severity,
    title: code,
    means: code,
    needs,
    find: (_input, report) => report.add({ severity, subjects: [{ kind: 'host' }], says: code, seen: [], fixes: [] }),
  };
  return rule as unknown as Rule<never>;
}

const bare: Snapshot = buildSnapshot([hostFact(), processFact(1, ['init'])]);

test('The gravest finding comes first, and those of one severity in the order of the rules.', () => {
  const table = [ruleOf('a', 'note'), ruleOf('b', 'error'), ruleOf('c', 'warning'), ruleOf('d', 'error')];
  const { findings, undecided, decided } = runRules(bare, table);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['b', 'd', 'c', 'a'],
  );
  assert.deepEqual(undecided, []);
  assert.equal(decided, 4);
});

test('A rule whose conditions a snapshot lacks is not run, and says which and why.', () => {
  const denied = { unknown: 'denied', errno: 'EACCES' } as const;
  const snapshot: Snapshot = {
    ...bare,
    conditions: { nameFiles: denied, pidFiles: { unknown: 'not-asked' }, sysctls: {} },
  };
  const table = [
    ruleOf('names', 'error', ['nameFiles']),
    ruleOf('pids', 'error', ['pidFiles', 'workloads']),
    ruleOf('views', 'error', ['mountViews']),
    ruleOf('settings', 'note', ['sysctls']),
  ];
  const { findings, undecided, decided } = runRules(snapshot, table);
  assert.equal(decided, 1);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['settings'],
  );
  assert.deepEqual(undecided, [
    { code: 'names', why: 'reading the directories of names was not possible: denied (EACCES)' },
    { code: 'pids', why: 'the snapshot has no PID files; the snapshot has no workloads' },
    { code: 'views', why: 'the snapshot has no views of mounts' },
  ]);
});

test('With a target only what is about it is left: the thing itself, its processes, and namespaces that are not the boot’s.', () => {
  const snapshot = buildSnapshot([
    hostFact(),
    processFact(1, ['init']),
    processFact(20, ['web'], { namespaces: linksOf({ net: 77 }) }),
    netnsName('blue', 77),
  ]);
  const index = new SnapshotIndex(snapshot);
  const about = (code: string, ...subjects: Finding['subjects']): Finding => {
    return { code, severity: 'note', subjects, says: '', seen: [], fixes: [] };
  };
  const findings = [
    about('net', { kind: 'namespace', type: 'net', inode: 77 }),
    about('web', { kind: 'process', pid: 20 }),
    about('init', { kind: 'process', pid: 1 }),
    about('host', { kind: 'host' }),
    about('both', { kind: 'user', uid: 3 }, { kind: 'process', pid: 20 }),
  ];
  const process = index.process(20);
  const namespace = index.namespace('net', 77);
  assert.ok(process && namespace);
  for (const target of [{ kind: 'process', process } as const, { kind: 'namespace', namespace } as const])
    assert.deepEqual(
      chooseFindings(findings, target, index).map(({ code }) => code),
      ['net', 'web', 'both'],
    );
  const init = index.process(1);
  assert.ok(init);
  assert.deepEqual(
    chooseFindings(findings, { kind: 'process', process: init }, index).map(({ code }) => code),
    ['init'],
  );
});

function mountOf(oldId: number, oldParent: number, device: string, mountPoint: string): Mount {
  return {
    ...{ oldId, oldParent, device, root: '/', mountPoint, fsType: 'ext4', source: '/dev/sda1' },
    ...{ options: ['rw'], superOptions: ['rw'], unbindable: false, locked: false },
  };
}

/** Everything grows with `size`: processes, namespaces, names, workloads, and each condition. */
function hostOf(size: number): Snapshot {
  const numbers = Array.from({ length: size }, (_, i) => i);
  const snapshot = buildSnapshot([
    hostFact(),
    processFact(1, ['init']),
    ...numbers.flatMap((i) => [
      processFact(1000 + 2 * i, ['web'], {
        namespaces: linksOf({ net: 5000 + i, mnt: 900_000 + i, user: 700_000 + i }),
      }),
      processFact(1001 + 2 * i, ['sh'], { ppid: 1000 + 2 * i, state: i % 3 ? 'Z' : 'S' }),
      netnsName(`n${i}`, 5000 + i),
    ]),
  ]);
  const workloads = numbers.map((i) => ({
    engine: 'docker' as const,
    kind: 'container' as const,
    id: `${i}`.padStart(64, '0'),
    name: `w${i}`,
    certainty: 'certain' as const,
    leader: 1000 + 2 * i,
    pids: [1000 + 2 * i],
    namespaces: [{ type: 'net' as const, inode: 5000 + i, propagates: false, unbindable: false }],
    evidence: [],
  }));
  const conditions: Conditions = {
    nameFiles: numbers.map((i) => ({
      path: `/run/netns/n${i}`,
      leadsTo: i % 2 ? ('namespace' as const) : ('file' as const),
      changedAt: '2026-01-02T03:04:05Z',
      uid: 0,
    })),
    pidFiles: numbers.map((i) => ({
      path: `/run/p${i}`,
      engine: 'podman',
      uid: 0,
      pid: 1000 + 2 * i,
      writtenAt: '2026-01-02T03:04:05Z',
      process: 'another' as const,
      meant: 'pause',
    })),
    subordinateRanges: numbers.map((i) => ({
      file: '/etc/subuid' as const,
      name: `u${i}`,
      uid: 1000 + i,
      first: 100_000 + 65_536 * i,
      count: 65_536,
    })),
    sysctls: {},
    namespaceCounts: numbers.map((i) => ({
      userNamespace: 700_000 + i,
      max: { cgroup: 9, ipc: 9, mnt: 9, net: 9, pid: 9, time: 9, user: 9, uts: 9 },
      accounts: [{ uid: i, counts: { net: 9 }, charged: [{ type: 'net' as const, inode: 800_000 + i }] }],
    })),
    taskLimits: numbers.map((i) => ({
      what: 'cgroup' as const,
      path: `/sys/fs/cgroup/${i}/pids.max`,
      current: 9,
      max: 10,
    })),
    mountViews: numbers.map((i) => ({
      inode: 900_000 + i,
      pid: 1000 + 2 * i,
      count: 1,
      hostRoot: false,
      proc: [{ path: '/proc', pidNamespace: 4026531836, readOnly: false, covered: [] }],
      sys: [],
      shared: [{ path: '/', peerGroup: i, with: [900_000 + ((i + 1) % size)] }],
      receives: [],
      pins: [{ path: `/run/netns/n${i}`, type: 'net' as const, inode: 5000 + i, propagates: false, unbindable: false }],
      hostDirectories: [],
    })),
    mounts: [
      { inode: hostInodes.mnt, via: 'mountinfo', mounts: [mountOf(1, 0, '8:1', '/')] },
      ...numbers.map((i) => ({
        inode: 900_000 + i,
        via: 'mountinfo' as const,
        mounts: [
          mountOf(10, 0, `0:${i}`, '/'),
          mountOf(11, 10, '8:1', '/host'),
          mountOf(12, 11, `9:${i}`, `/host/overlay2/${i}/merged`),
        ],
      })),
    ],
    networks: numbers.map((i) => ({
      inode: 5000 + i,
      links: [
        {
          ...{ index: 2, name: 'eth0', altNames: [], kind: 'veth', state: 'up', flags: 1, mtu: 1500, mac: '' },
          ...{ device: 'virtio0', peer: { inode: 5000 + ((i + 1) % size), index: 2 } },
        },
      ],
      ...{ addresses: [], routes: { count: 0, list: [] }, neighbours: { count: 0 }, listening: [] },
      ...{ sockets: { tcp: 0, udp: 0, raw: 0 }, conntrack: 0 },
    })),
    securities: numbers.map((i) => ({
      pid: 1000 + 2 * i,
      uids: [0, 0, 0, 0],
      capabilities: { effective: '1ffffffffff', permitted: '1ffffffffff', bounding: '1ffffffffff' },
      noNewPrivs: false,
      seccomp: 0,
      label: 'unconfined',
    })),
    linkLists: numbers.map((i) => ({ inode: 5000 + i, links: [{ name: 'lo', kind: '', physical: false }] })),
    zombies: numbers.map((i) => ({ pid: 1001 + 2 * i, startTimeTicks: 1001 + 2 * i, afterMs: 1000 })),
  };
  return { ...snapshot, workloads, conditions };
}

/** The same value, in which every read of a field of an object or element of an array is counted. */
function counted<T extends object>(value: T, count: () => void): T {
  const seen = new WeakMap<object, object>();
  const wrap = <V>(inner: V): V => {
    if (typeof inner !== 'object' || inner === null) return inner;
    const known = seen.get(inner);
    if (known) return known as V;
    const proxy = new Proxy(Array.isArray(inner) ? [...inner] : { ...inner }, {
      get(target, key, receiver) {
        count();
        return wrap(Reflect.get(target, key, receiver) as unknown);
      },
    });
    seen.set(inner, proxy);
    return proxy as V;
  };
  return wrap(value);
}

function countSteps(size: number, table: readonly Rule<never>[]): number {
  let steps = 0;
  const { decided } = runRules(
    counted(hostOf(size), () => steps++),
    table,
  );
  assert.equal(decided, table.length, 'each rule was run');
  return steps;
}

test('Each rule takes steps in proportion to the size of the snapshot.', () => {
  for (const rule of rules) {
    const [small, large] = [countSteps(100, [rule]), countSteps(400, [rule])];
    assert.ok(small > 0 && large / small < 4.4, `${rule.code}: ${small} steps, then ${large} of four times as much`);
  }
});
