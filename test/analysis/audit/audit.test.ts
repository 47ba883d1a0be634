// What workloads share and may do, and rules over it, on hosts of a few processes each.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditFields } from '../../../src/analysis/audit/audit-fields.ts';
import { auditWorkloads, type WorkloadAudit } from '../../../src/analysis/audit/audit-workloads.ts';
import { defaultPolicy } from '../../../src/analysis/audit/default-policy.ts';
import { applyPolicy, compileRule, type PolicyRule } from '../../../src/analysis/audit/policy.ts';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { nameWorkload } from '../../../src/analysis/listing/workloads.ts';
import type { NamespaceInodes } from '../../../src/model/facts/facts.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import type { Conditions, MountView, Security, Snapshot, Workload } from '../../../src/model/snapshot/schema.ts';
import { denied, hostInodes, linksOf } from '../../recorded-facts.ts';
import { type RecordedProcess, snapshotOf } from '../../workloads/recorded-host.ts';

/** The fourteen capabilities of a container of Docker, and all. */
const usualSet = '00000000a80425fb';
const allSet = '000001ffffffffff';

function security(pid: number, others: Partial<Security> & { readonly set?: string } = {}): Security {
  const { set = usualSet, ...rest } = others;
  const capabilities = { effective: set, permitted: set, bounding: set };
  return {
    pid,
    uids: [0, 0, 0, 0],
    capabilities,
    noNewPrivs: false,
    seccomp: 2,
    label: 'docker-default (enforce)',
    ...rest,
  };
}

const ownMnt = 4026532002;

function view(others: Partial<MountView> = {}): MountView {
  return {
    inode: ownMnt,
    pid: 201,
    count: 9,
    hostRoot: false,
    proc: [{ path: '/proc', pidNamespace: denied, readOnly: false, covered: ['/proc/kcore', '/proc/sys'] }],
    sys: [{ path: '/sys', readOnly: true }],
    shared: [],
    receives: [],
    pins: [],
    hostDirectories: [],
    ...others,
  };
}

const own = linksOf({ net: 4026532001, mnt: ownMnt, pid: 4026532003, ipc: 4026532004, uts: 4026532005 });

function workload(name: string, pids: readonly number[], others: Partial<Workload> = {}): Workload {
  return {
    engine: 'docker',
    kind: 'container',
    id: name.repeat(16),
    name,
    certainty: 'certain',
    leader: pids[0] ?? null,
    pids,
    namespaces: [],
    evidence: [],
    ...others,
  };
}

/** Workloads have the namespaces of their processes that are not the host's. */
function snapshot(
  processes: readonly RecordedProcess[],
  workloads: readonly Workload[],
  conditions?: Conditions,
): Snapshot {
  const base = snapshotOf(processes);
  const named = workloads.map((one): Workload => {
    const inodes = base.processes
      .filter(({ pid }) => one.pids.includes(pid))
      .flatMap(({ namespaces }) =>
        (['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'] as const).flatMap((type) => {
          const inode = namespaces[type];
          return isKnown(inode) && inode !== hostInodes[type] ? [{ type, inode }] : [];
        }),
      );
    return { ...one, namespaces: one.namespaces.length > 0 ? one.namespaces : inodes };
  });
  return { ...base, workloads: named, ...(conditions ? { conditions } : {}) };
}

function process(pid: number, namespaces: NamespaceInodes): RecordedProcess {
  return { pid, words: ['sleep'], namespaces };
}

function audit(of: Snapshot, all = false): readonly WorkloadAudit[] {
  return auditWorkloads(new SnapshotIndex(of), all);
}

function readField(name: string, of: WorkloadAudit | undefined): unknown {
  const field = auditFields.find((one) => one.name === name);
  assert.ok(field && of, name);
  return field.value(of);
}

function verdicts(of: WorkloadAudit | undefined): Record<string, unknown> {
  assert.ok(of);
  return Object.fromEntries(Object.entries(of.places).map(([type, { verdict }]) => [type, verdict]));
}

function codes(of: Snapshot, rules: readonly PolicyRule[] = defaultPolicy): string[] {
  return applyPolicy(audit(of), rules.map(compileRule)).findings.map(({ code }) => code);
}

const whole: Conditions = { securities: [security(201)], mountViews: [view()] };

test('Of each type a workload is in its own namespace, in that of the host, or shares one with others.', () => {
  const joined = linksOf({ net: 4026532001, mnt: 4026532012 });
  const found = audit(
    snapshot([process(201, own), process(301, joined)], [workload('web', [201]), workload('log', [301])]),
  );
  const [web, log] = found;
  assert.deepEqual(verdicts(web), {
    ...{ cgroup: 'host', ipc: 'own', mnt: 'own', net: 'shared' },
    ...{ pid: 'own', time: 'host', user: 'host', uts: 'own' },
  });
  assert.deepEqual(web?.places.net.sharedWith.map(nameWorkload), ['docker:log']);
  assert.deepEqual(verdicts(log)['pid'], 'host');
  assert.deepEqual(readField('sharedWith', log), ['docker:web']);
});

test('A process of a container that is in the namespace of the host is seen beside others that are not.', () => {
  const [web] = audit(
    snapshot([process(201, own), process(202, linksOf({ mnt: ownMnt }))], [workload('web', [201, 202])]),
  );
  assert.equal(web?.places.net.verdict, 'partly');
  assert.deepEqual(web?.places.net.inHost, [202]);
  assert.equal(web?.places.mnt.verdict, 'own');
});

test('Where the links of a process are refused, nothing is claimed of that type; what has ended counts for nothing.', () => {
  const refused = { ...own, net: denied };
  const [web] = audit(snapshot([process(201, own), process(202, refused)], [workload('web', [201, 202])]));
  const { verdict } = web?.places.net ?? assert.fail();
  assert.ok(!isKnown(verdict));
  assert.match(verdict.detail ?? '', /of 1 of 2 processes/);
  assert.equal(web?.places.ipc.verdict, 'own');
  const ended = { ...process(202, refused), state: 'Z' };
  const [other] = audit(snapshot([process(201, own), ended], [workload('web', [201, 202])]));
  assert.equal(other?.places.net.verdict, 'own');
});

test('A named network and a unit without a namespace are not audited, the unit only when all are wanted.', () => {
  const list = [
    workload('blue', [], { engine: 'netns', kind: 'network', namespaces: [{ type: 'net', inode: 4026532001 }] }),
    workload('ssh', [301], { engine: 'systemd', kind: 'unit' }),
    workload('web', [201]),
  ];
  const host = snapshot([process(201, own), process(301, linksOf())], list);
  const names = (all: boolean) => audit(host, all).map((one) => one.workload.name);
  assert.deepEqual(names(false), ['web']);
  assert.deepEqual(names(true), ['ssh', 'web']);
  assert.equal(audit(host)[0]?.places.net.verdict, 'own', 'a name is nobody who shares');
});

test('The least restricted of the processes counts: one without a filter, one that may gain privileges.', () => {
  const securities = [
    security(201, { noNewPrivs: true }),
    security(202, { set: allSet, seccomp: 0, noNewPrivs: true }),
  ];
  const host = snapshot([process(201, own), process(202, own)], [workload('web', [201, 202])], { securities });
  const [web] = audit(host);
  assert.equal(readField('seccomp', web), 'off');
  assert.equal(readField('noNewPrivs', web), true);
  assert.equal(readField('label', web), 'docker-default (enforce)');
  assert.ok((readField('extraCapabilities', web) as string[]).includes('CAP_SYS_ADMIN'));
  assert.deepEqual(codes(host).slice(0, 1), ['privileged']);
});

test('A container as Docker starts it breaks no rule above note, and a tight one none but that of users.', () => {
  const plain = snapshot([process(201, own)], [workload('web', [201])], whole);
  assert.deepEqual(codes(plain), ['host-user', 'root-user', 'may-gain-privileges']);
  const securities = [security(201, { uids: [7, 7, 7, 7], noNewPrivs: true, set: '0' })];
  assert.deepEqual(codes(snapshot([process(201, own)], [workload('web', [201])], { ...whole, securities })), [
    'host-user',
  ]);
});

test('Each rule of the default policy is broken by what it speaks of.', () => {
  const bind = (source: string, path = '/x') => ({ source, path, device: '8:1', readOnly: false });
  const hosted = (type: string) => ({ ...own, [type]: linksOf()[type as 'net'] });
  const cases: readonly (readonly [string, NamespaceInodes, Conditions])[] = [
    ['engine-socket', own, { ...whole, mountViews: [view({ hostDirectories: [bind('/docker.sock')] })] }],
    ['privileged', own, { ...whole, securities: [security(201, { set: allSet })] }],
    ['host-mount', hosted('mnt'), whole],
    ['host-network', hosted('net'), whole],
    ['host-pid', hosted('pid'), whole],
    ['host-ipc', hosted('ipc'), whole],
    ['host-uts', hosted('uts'), whole],
    ['sensitive-mount', own, { ...whole, mountViews: [view({ hostDirectories: [bind('/etc')] })] }],
    ['sensitive-mount', own, { ...whole, mountViews: [view({ hostRoot: true })] }],
    [
      'shared-propagation',
      own,
      { ...whole, mountViews: [view({ shared: [{ path: '/x', peerGroup: 1, with: [hostInodes.mnt] }] })] },
    ],
    ['added-capabilities', own, { ...whole, securities: [security(201, { set: '00000000a82425fb' })] }],
    ['no-seccomp', own, { ...whole, securities: [security(201, { seccomp: 0 })] }],
    [
      'bare-proc',
      own,
      { ...whole, mountViews: [view({ proc: [{ path: '/proc', pidNamespace: 1, readOnly: false, covered: [] }] })] },
    ],
    ['writable-sys', own, { ...whole, mountViews: [view({ sys: [{ path: '/sys', readOnly: false }] })] }],
    // As of a mount of the host's /sys beside that of the engine.
    [
      'writable-sys',
      own,
      {
        ...whole,
        mountViews: [
          view({
            sys: [
              { path: '/sys', readOnly: true },
              { path: '/mnt/sys', readOnly: false },
            ],
          }),
        ],
      },
    ],
    ['unconfined', own, { ...whole, securities: [security(201, { label: 'unconfined' })] }],
    ['host-user', own, whole],
    ['root-user', own, whole],
    ['may-gain-privileges', own, whole],
  ];
  for (const [code, namespaces, conditions] of cases)
    assert.ok(codes(snapshot([process(201, namespaces)], [workload('web', [201])], conditions)).includes(code), code);
  assert.deepEqual([...new Set(cases.map(([code]) => code))].sort(), defaultPolicy.map(({ name }) => name).sort());
});

test('What every container has of the host is not sensitive: files of its engine, /dev/shm, a mount of its own data.', () => {
  const hostDirectories = ['/var/lib/docker/containers/ab/hosts', '/var/lib/docker/volumes/v/_data', '/srv/data'].map(
    (source) => ({ source, path: '/etc/hosts', device: '8:1', readOnly: false }),
  );
  const shm = { source: '/', path: '/dev/shm', device: '0:24', readOnly: false };
  const mountViews = [view({ hostDirectories: [...hostDirectories, shm] })];
  const host = snapshot([process(201, own)], [workload('web', [201])], { ...whole, mountViews });
  assert.ok(!codes(host).includes('sensitive-mount'));
  assert.equal((readField('hostMounts', audit(host)[0]) as string[]).length, 4);
});

test('A mount of the host is judged and named by its path there, and by that in its file system where it has none.', () => {
  const mount = (source: string, hostPath?: string | null) =>
    ({ source, path: '/x', device: '8:1', readOnly: false, ...(hostPath === undefined ? {} : { hostPath }) }) as const;
  const hostDirectories = [
    mount('/lib', '/var/lib'),
    mount('/', '/data'),
    mount('/etc', '/srv/etc'),
    mount('/etc', null),
    mount('/usr'),
    mount('/engine/docker.sock', '/run/docker.sock'),
  ];
  const host = snapshot([process(201, own)], [workload('web', [201])], {
    ...whole,
    mountViews: [view({ hostDirectories })],
  });
  const read = (name: string) => readField(name, audit(host)[0]);
  assert.deepEqual(read('hostMounts'), ['/var/lib', '/data', '/srv/etc', '/etc of 8:1', '/usr', '/run/docker.sock']);
  assert.deepEqual(read('sensitiveMounts'), ['/var/lib', '/data', '/usr']);
  assert.deepEqual(read('engineSockets'), ['/run/docker.sock']);
});

test('In a user namespace of its own no capability is one over the host, and uid 0 is mapped where the map says so.', () => {
  const user = 4026532006;
  const mapped = (outside: number) => {
    const host = snapshot([process(201, { ...own, user })], [workload('web', [201])], {
      ...whole,
      securities: [security(201, { set: allSet, uids: [100000, 100000, 100000, 100000] })],
    });
    const namespaces = host.namespaces.map((one) =>
      one.inode === user ? { ...one, uidMap: [{ inside: 0, outside, count: 65536 }] } : one,
    );
    return { ...host, namespaces };
  };
  assert.deepEqual(codes(mapped(100000)), ['may-gain-privileges']);
  assert.equal(readField('mapsRoot', audit(mapped(100000))[0]), false);
  assert.equal(readField('mapsRoot', audit(mapped(0))[0]), true);
  assert.equal(readField('runsAsRoot', audit(mapped(100000))[0]), false);
});

test('A rule that asks what is not known is not decided, with the reason; one that is true by the rest is.', () => {
  const host = snapshot([process(201, own)], [workload('web', [201]), workload('log', [201])]);
  const rules = [
    { name: 'open', severity: 'warning', when: 'seccomp == "off"', message: 'is open' },
    { name: 'either', severity: 'note', when: 'seccomp == "off" || netns != "host"', message: 'is either' },
  ] as const;
  const { findings, undecided, decided } = applyPolicy(audit(host), rules.map(compileRule));
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['either', 'either'],
  );
  assert.deepEqual(undecided, [
    { code: 'open', why: 'docker:web, docker:log: the snapshot has no restrictions of processes' },
  ]);
  assert.equal(decided, 2);
});

test('A rule whose expression has no value is not decided, though all that it asks is known.', () => {
  const rule = { name: 'broken', severity: 'error', when: 'processes / 0 > 1', message: 'is broken' } as const;
  const { findings, undecided } = applyPolicy(audit(snapshot([process(201, own)], [workload('web', [201])])), [
    compileRule(rule),
  ]);
  assert.deepEqual(findings, []);
  assert.deepEqual(undecided, [{ code: 'broken', why: 'docker:web: its expression has no value there' }]);
});

test('What was looked for in vain where not all mounts were read is not known, and what was found is there.', () => {
  const cut = 'its mountinfo is too long';
  const ofView = (others: Partial<MountView>) =>
    snapshot([process(201, own)], [workload('web', [201])], { ...whole, mountViews: [view({ cut, ...others })] });
  const engineSockets = readField('engineSockets', audit(ofView({}))[0]);
  assert.deepEqual(engineSockets, { unknown: 'unsupported', detail: cut });
  const hostDirectories = [{ source: '/docker.sock', path: '/s', device: '0:20', readOnly: true }];
  assert.deepEqual(readField('engineSockets', audit(ofView({ hostDirectories }))[0]), ['/docker.sock']);
});

test('A finding says what was asked and seen, which controls ask it, and that a workload is only likely.', () => {
  const host = snapshot(
    [process(201, { ...own, net: hostInodes.net })],
    [workload('web', [201], { certainty: 'likely', claimedBy: 1000 })],
    whole,
  );
  const { findings } = applyPolicy(audit(host), defaultPolicy.map(compileRule));
  const finding = findings.find(({ code }) => code === 'host-network');
  assert.match(finding?.says ?? '', /^docker:web, which is only likely .* is in the network namespace of the host$/);
  assert.deepEqual(finding?.seen, ['netns: host', 'asked for by CIS Docker 5.10, CIS Kubernetes 5.2.5']);
  assert.deepEqual(finding?.subjects[1], { kind: 'process', pid: 201 });
});
