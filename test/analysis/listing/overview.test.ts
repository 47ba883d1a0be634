// Namespaces grouped by what they belong to.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { groupNamespaces, type NamespaceGroup } from '../../../src/analysis/listing/overview.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Fact } from '../../../src/model/facts/facts.ts';
import type { Snapshot, Workload } from '../../../src/model/snapshot/schema.ts';
import { formatListed } from '../../../src/render/columns/overview-columns.ts';
import { markGroup } from '../../../src/render/words/group-names.ts';
import { container, snapshotOf as containerHost, indexOf } from '../../container-host.ts';
import { generatedFacts } from '../../model/build/generated-facts.ts';
import { deniedLinks, hostFact, hostInodes, linksOf, netnsName, processFact } from '../../recorded-facts.ts';
import { idA, idB, type RecordedProcess, rootSays, withWorkloads } from '../../workloads/recorded-host.ts';

/** "docker:web: mnt:[1] net:[2] (201 202)", and what it shares. */
function describe(groups: readonly NamespaceGroup[]): string[] {
  return groups.map((group) => {
    const own = group.namespaces.map(formatListed).join(' ');
    const shared = group.shared.map(
      ({ namespace, with: others, isListedThere }) =>
        `; ${namespace.type} ${isListedThere ? 'of' : 'with'} ${others.map(markGroup).join(' ')}`,
    );
    return `${markGroup(group)}: ${own} (${group.pids.join(' ')})${shared.join('')}`;
  });
}

/** All groups but the host's. */
function group(index: SnapshotIndex): string[] {
  return describe(groupNamespaces(index).filter(({ home }) => home.kind !== 'host'));
}

function groupProcesses(processes: readonly RecordedProcess[], others: readonly Fact[] = []): string[] {
  return group(new SnapshotIndex(withWorkloads(processes, others, rootSays)));
}

/** Workloads that have some of the processes and some of the namespaces. */
function withSomeWorkloads(snapshot: Snapshot, seeds: readonly number[]): Snapshot {
  const workloads = seeds.map(
    (seed, i): Workload => ({
      engine: seed % 2 ? 'docker' : 'podman',
      kind: 'container',
      id: String(i),
      name: `w${seed % 3}`,
      certainty: seed % 5 ? 'certain' : 'likely',
      leader: null,
      pids: snapshot.processes.filter(({ pid, tid }) => pid === tid && pid % seeds.length === i).map(({ pid }) => pid),
      namespaces: snapshot.namespaces
        .filter(({ initial, inode }) => initial !== true && (inode + seed) % 3 === 0)
        .map(({ type, inode }) => ({ type, inode })),
      evidence: [],
    }),
  );
  return { ...snapshot, workloads };
}

test('Every namespace of any snapshot is in exactly one group, and no group is without a namespace.', () => {
  let compared = 0;
  const seeds = fc.array(fc.nat(20), { maxLength: 4 });
  fc.assert(
    fc.property(generatedFacts, seeds, (facts, workloads) => {
      const snapshot = withSomeWorkloads(buildSnapshot(facts), workloads);
      const groups = groupNamespaces(new SnapshotIndex(snapshot));
      const listed = groups.flatMap(({ namespaces }) => namespaces.map(formatListed));
      const all = [
        ...snapshot.namespaces.map(({ type, inode }) => `${type}:[${inode}]`),
        ...snapshot.unnumbered.map(({ type, number }) => `${type}:[~#${number}]`),
      ];
      assert.deepEqual(listed.sort(), all.sort());
      for (const { namespaces, shared } of groups) assert.ok(namespaces.length + shared.length > 0);
      compared += all.length;
    }),
    { numRuns: 300 },
  );
  assert.ok(compared > 3000, `${compared} namespaces`);
});

test('What one group shares, the other shares too, and one of them lists it.', () => {
  let compared = 0;
  fc.assert(
    fc.property(generatedFacts, fc.array(fc.nat(20), { maxLength: 4 }), (facts, workloads) => {
      const groups = groupNamespaces(new SnapshotIndex(withSomeWorkloads(buildSnapshot(facts), workloads)));
      for (const one of groups)
        for (const { namespace, with: others, isListedThere } of one.shared) {
          assert.equal(one.namespaces.includes(namespace), !isListedThere);
          assert.ok(others.length > 0 && !others.includes(one));
          if (isListedThere) assert.ok(others[0]?.namespaces.includes(namespace));
          for (const other of others) assert.ok(other.shared.some((each) => each.namespace === namespace));
          compared++;
        }
    }),
    { numRuns: 500 },
  );
  assert.ok(compared > 100, `${compared} shared namespaces`);
});

test('With types, only their namespaces are in the groups, in the order of the types.', () => {
  const groups = groupNamespaces(indexOf(), ['uts', 'net']);
  assert.deepEqual(describe(groups), [
    `net:blue: net:[${container.net}] uts:[${container.uts}] (201 202 203)`,
    `this host: net:[${hostInodes.net}] uts:[${hostInodes.uts}] (1 2 3 4 25 100 900)`,
  ]);
});

test('The host’s own are the last group, those of kernel threads among them, and count who is nowhere else.', () => {
  const groups = groupNamespaces(indexOf());
  const last = groups.at(-1);
  assert.equal(last?.home.kind, 'host');
  assert.deepEqual(
    last?.namespaces.map(({ type }) => type),
    ['cgroup', 'ipc', 'mnt', 'mnt', 'net', 'pid', 'time', 'user', 'uts'],
  );
  assert.deepEqual(last?.pids, [1, 2, 3, 4, 25, 100, 900]);
  assert.equal(last?.leader?.pid, 1);
});

test('A thread that is not where its process is shares that namespace, and is no process in it.', () => {
  const [blue, ...others] = groupNamespaces(indexOf());
  assert.deepEqual(
    others.map(({ home }) => home.kind),
    ['host'],
  );
  assert.deepEqual(blue?.pids, [201, 202, 203]);
  const alone = groupNamespaces(
    indexOf([processFact(300, ['a'], { tid: 301, namespaces: linksOf({ uts: 4026532777 }) }), processFact(300, ['a'])]),
  );
  assert.deepEqual(describe(alone.filter(({ home }) => home.kind === 'process')), ['process 300: uts:[4026532777] ()']);
});

test('Containers of a pod share what the oldest of them lists, and each says so.', () => {
  const pause = { mnt: 4026532101, net: 4026532102, ipc: 4026532103, pid: 4026532104 };
  const web = { ...pause, mnt: 4026532111, pid: 4026532114 };
  const cgroup = (id: string) => `/docker/${id}`;
  assert.deepEqual(
    groupProcesses([
      { pid: 200, words: ['pause'], cgroup: cgroup(idB), namespaces: linksOf(pause) },
      { pid: 300, words: ['web'], cgroup: cgroup(idA), namespaces: linksOf(web) },
      { pid: 301, ppid: 300, words: ['worker'], cgroup: cgroup(idA), namespaces: linksOf(web) },
    ]),
    [
      `docker:${idA.slice(0, 12)}: mnt:[4026532111] pid:[4026532114] (300 301); ipc of docker:${idB.slice(0, 12)}; net of docker:${idB.slice(0, 12)}`,
      `docker:${idB.slice(0, 12)}: ipc:[4026532103] mnt:[4026532101] net:[4026532102] pid:[4026532104] (200); ipc with docker:${idA.slice(0, 12)}; net with docker:${idA.slice(0, 12)}`,
    ],
  );
});

test('Nested namespaces of one tree of processes are one group, and what goes in from outside has its own.', () => {
  const outer = { user: 4026532201, mnt: 4026532202 };
  const inner = { ...outer, pid: 4026532203, net: 4026532204 };
  assert.deepEqual(
    groupProcesses([
      { pid: 200, words: ['unshare'], namespaces: linksOf({ ...outer, pid_for_children: inner.pid }) },
      { pid: 201, ppid: 200, words: ['bash'], namespaces: linksOf(inner) },
      { pid: 202, ppid: 201, words: ['bash'], namespaces: linksOf({ ...inner, net: 4026532205 }) },
      { pid: 300, words: ['nsenter'], namespaces: linksOf({ net: inner.net }) },
      { pid: 301, words: ['nsenter'], namespaces: linksOf({ net: inner.net, uts: 4026532301 }) },
    ]),
    [
      'process 200: mnt:[4026532202] net:[4026532204] net:[4026532205] pid:[4026532203] user:[4026532201] (200 201 202 300 301); net with process 301',
      'process 301: uts:[4026532301] (301); net of process 200',
    ],
  );
});

test('What a process has for its children, and what is left around a sandbox, is in its group.', () => {
  const user = (inode: number, owner: number): Fact => ({
    fact: 'namespace',
    type: 'user',
    inode,
    owner,
    parent: owner,
  });
  assert.deepEqual(
    groupProcesses(
      [{ pid: 200, words: ['box'], namespaces: linksOf({ user: 4026532402, pid_for_children: 4026532403 }) }],
      [user(4026532401, hostInodes.user), user(4026532402, 4026532401)],
    ),
    ['process 200: pid:[4026532403] user:[4026532401] user:[4026532402] (200)'],
  );
});

test('Without a process the name tells, then the holder; one process holds all of its own.', () => {
  const namespace = (inode: number): Fact => ({ fact: 'namespace', type: 'net', inode });
  const fd = (inode: number, pid: number, fd: number): Fact => ({
    fact: 'holder',
    type: 'net',
    inode,
    holder: { kind: 'fd', pid, fd },
  });
  const bound: Fact = {
    fact: 'holder',
    type: 'net',
    inode: 4026532505,
    holder: { kind: 'bind-mount', path: '/x', mountNamespace: hostInodes.mnt },
  };
  const inodes = [4026532501, 4026532502, 4026532503, 4026532504, 4026532505];
  assert.deepEqual(
    groupProcesses(
      [{ pid: 200, words: ['keeper'] }],
      [
        ...inodes.map(namespace),
        netnsName('cni-a1a1a1a1-a1a1-a1a1-a1a1-a1a1a1a1a1a1', 4026532501),
        fd(4026532502, 200, 7),
        fd(4026532503, 200, 8),
        bound,
      ],
    ),
    [
      'net:cni-a1a1a1a1-a1a1-a1a1-a1a1-a1a1a1a1a1a1: net:[4026532501] ()',
      'held by fd of 200: net:[4026532502] net:[4026532503] ()',
      'no holder seen: net:[4026532504] ()',
      'held by bind-mount /x: net:[4026532505] ()',
    ],
  );
});

/** What a process shows to anybody. */
function signs(pid: number, pids: readonly number[], netStat: number, firstMount: number): Fact {
  const idMaps = '0 0 4294967295\n0 0 4294967295\n';
  const clockOffsets = 'monotonic 0 0\nboottime 0 0\n';
  return { fact: 'signs', pid, pids, netStat, firstMount, idMaps, clockOffsets, cgroup: '/' };
}

test('Namespaces without a number, of processes whose links are refused, are in the group of these, and counted as inferred.', () => {
  const facts = [
    hostFact(),
    processFact(1, ['/sbin/init'], { namespaces: deniedLinks }),
    processFact(200, ['box'], { namespaces: deniedLinks }),
    processFact(201, ['worker'], { ppid: 200, namespaces: deniedLinks }),
    processFact(900, ['nscope'], { uid: 65534 }),
    signs(1, [1], 4026531844, 22),
    signs(200, [200, 1], 4026532500, 600),
    signs(201, [201, 2], 4026532500, 600),
    signs(900, [900], 4026531844, 22),
    { fact: 'mount-list', firstMount: 22, mounts: [1, 22, 23] },
    { fact: 'mount-list', firstMount: 600, mounts: [599, 600] },
  ] as const satisfies readonly Fact[];
  const snapshot = buildSnapshot(facts);
  assert.ok(snapshot.unnumbered.length >= 3);
  const [box, host, ...others] = groupNamespaces(new SnapshotIndex(snapshot));
  assert.deepEqual(others, []);
  assert.equal(box && markGroup(box), 'process 200');
  assert.equal(box?.namespaces.length, snapshot.unnumbered.length);
  assert.deepEqual([box?.pids, box?.inferred, box?.isLeaderInferred], [[200, 201], 2, true]);
  assert.deepEqual([host?.pids, host?.inferred, host?.leader?.pid], [[1, 900], 1, 1]);
});

test('Parents in a ring, and owners of each other, end.', () => {
  const mnt = 4026532601;
  const ring = [
    processFact(50, ['a'], { ppid: 51, namespaces: linksOf({ mnt }) }),
    processFact(51, ['b'], { ppid: 50, namespaces: linksOf({ mnt }) }),
  ];
  const owned = [4026532701, 4026532702].map(
    (inode, i): Fact => ({ fact: 'namespace', type: 'user', inode, owner: 4026532702 - i, parent: 4026532702 - i }),
  );
  const snapshot = withSomeWorkloads(containerHost([...ring, ...owned]), [1]);
  const listed = groupNamespaces(new SnapshotIndex(snapshot)).flatMap(({ namespaces }) => namespaces);
  assert.equal(listed.length, snapshot.namespaces.length + snapshot.unnumbered.length);
});
