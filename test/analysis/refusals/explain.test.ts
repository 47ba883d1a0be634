// Which gate is named for a refusal, with what certainty: also gates that this kernel has not, by what was recorded where
// they are.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { explainRefusal } from '../../../src/analysis/refusals/explain.ts';
import { gates } from '../../../src/analysis/refusals/gates.ts';
import type { CallerState, RefusalEvidence, RefusalSettings } from '../../../src/model/evidence/refusal-evidence.ts';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';

const initial = 0xeffffffd;
const caller: CallerState = {
  ...{ euid: 1000, egid: 1000, effective: '0', noNewPrivs: false, seccomp: 0, seccompFilters: 0 },
  ...{ label: { unknown: 'unsupported' }, userNamespace: initial, depth: 0, pidDepth: 0, threads: 1 },
  uidMap: [{ inside: 0, outside: 0, count: 4_294_967_295 }],
  gidMap: [{ inside: 0, outside: 0, count: 4_294_967_295 }],
  ...{ uidMapped: true, gidMapped: true, setgroups: 'allow', rootIsMount: true, mounts: [], mountPoints: ['/'] },
  owners: {},
};
const settings: RefusalSettings = {
  limits: { cgroup: 9, ipc: 9, mnt: 9, net: 9, pid: 9, time: 9, user: 9, uts: 9 },
  present: namespaceTypes,
  userNamespace: initial,
  usernsClone: { unknown: 'gone' },
  apparmorRestrict: { unknown: 'gone' },
  ...{ apparmor: false, selinux: 'off', modules: ['capability', 'yama'], maxMounts: 100_000, ptraceScope: 1 },
};

interface Changes {
  readonly refused: RefusalEvidence['refused'];
  readonly caller?: Partial<CallerState>;
  readonly settings?: Partial<RefusalSettings>;
  readonly trials?: RefusalEvidence['trials'];
}

function explain(changes: Changes): string[] {
  const findings = explainRefusal({
    refused: changes.refused,
    caller: { ...caller, ...changes.caller },
    settings: { ...settings, ...changes.settings },
    trials: changes.trials ?? { probes: [] },
  });
  for (const { evidence, meaning } of findings) assert.ok(meaning !== '' && evidence.every((line) => line !== ''));
  return findings.map(({ gate, certainty }) => `${gate} ${certainty}`);
}

const user = { call: 'unshare', types: ['user'] } as const;
const eperm = { ...user, errno: 'EPERM' };
const eacces = { ...user, errno: 'EACCES' };

test('Each file of the room but four is a gate, and stands in the table once.', () => {
  const files = readdirSync('src/analysis/refusals').filter((file) => file.endsWith('.ts'));
  const others = ['gate', 'gates', 'explain', 'judge-making', 'judge-entry', 'judge-command', 'count-below'];
  assert.equal(new Set(gates).size, gates.length);
  assert.equal(files.length - others.length, gates.length);
});

test('A setting of Debian refuses user namespaces to all but root of the boot.', () => {
  const closed = { usernsClone: 0 };
  assert.deepEqual(explain({ refused: eperm, settings: closed }), ['userns-clone certain']);
  const root = { effective: '1ffffffffff' };
  assert.deepEqual(explain({ refused: eperm, settings: closed, caller: root }), ['unknown likely']);
  const within = { ...root, userNamespace: 4_026_532_000 };
  assert.deepEqual(explain({ refused: eperm, settings: closed, caller: within }), ['userns-clone certain']);
});

test('A child that is one task too many is refused by the control group that is full, else likely by another limit.', () => {
  const clone = { call: 'clone', types: ['user', 'pid'], errno: 'EAGAIN' } as const;
  const limits = (current: number) => ({ probes: [], taskLimits: [{ path: '/g/pids.max', max: 12, current }] });
  assert.deepEqual(explain({ refused: clone, trials: limits(12) }), ['tasks certain']);
  assert.deepEqual(explain({ refused: clone, trials: limits(11) }), ['tasks likely']);
  assert.deepEqual(explain({ refused: clone }), ['tasks likely']);
});

test('Closed gates after the one that refused are named as what refuses next.', () => {
  const state = { uidMapped: false, rootIsMount: false, uidMap: [] };
  assert.deepEqual(explain({ refused: eperm, caller: state }), ['chroot certain', 'id-map next']);
});

test('A filter that cannot be tried and a gate behind it are both likely.', () => {
  const state = { seccomp: 2, seccompFilters: 2, uidMapped: false, uidMap: [] };
  assert.deepEqual(explain({ refused: eperm, caller: state, trials: { probes: [], filters: 1 } }), [
    'seccomp likely',
    'id-map likely',
  ]);
});

test('A filter that is not in the way is not blamed, and one that kills is known by SIGSYS.', () => {
  const probe = {
    call: 'unshare',
    type: 'user',
    written: 'unshare(…)',
    expected: 'EINVAL',
    answered: 'EINVAL',
  } as const;
  const state = { seccomp: 2, seccompFilters: 1, uidMapped: false, uidMap: [] };
  const trials = { probes: [probe], filters: 1 };
  assert.deepEqual(explain({ refused: eperm, caller: state, trials }), ['id-map certain']);
  assert.deepEqual(explain({ refused: { ...user, errno: 'SIGSYS' }, caller: state }), ['seccomp certain']);
  // Of two types a filter looks at one.
  const two = { ...user, types: ['net', 'user'], errno: 'EPERM' } as const;
  const looks = [
    { ...probe, type: 'net' as const },
    { ...probe, answered: 'EPERM' },
  ];
  const trialsOfTwo = { probes: looks, filters: 1 };
  assert.deepEqual(explain({ refused: two, caller: { seccomp: 2, seccompFilters: 1 }, trials: trialsOfTwo }), [
    'seccomp certain',
  ]);
  // Debian's setting answers before the kernel looks at the flags.
  const debian = { probes: [{ ...probe, answered: 'EPERM' }], filters: 1 };
  const both = explain({
    refused: eperm,
    caller: { seccomp: 2, seccompFilters: 1 },
    settings: { usernsClone: 0 },
    trials: debian,
  });
  assert.deepEqual(both, ['seccomp likely', 'userns-clone likely']);
});

test('AppArmor is certain by its errno or by the profile that it puts a process into.', () => {
  const ubuntu = { apparmor: true, apparmorRestrict: 1 };
  const unconfined = { label: 'unconfined' };
  assert.deepEqual(explain({ refused: eacces, settings: ubuntu, caller: unconfined }), ['apparmor certain']);
  assert.deepEqual(explain({ refused: eperm, settings: ubuntu, caller: unconfined }), ['apparmor likely']);
  const put = { label: 'unprivileged_userns (enforce)', effective: '1ffffffffff', userNamespace: 4_026_532_000 };
  const net = { call: 'unshare', types: ['net'], errno: 'EPERM' } as const;
  assert.deepEqual(explain({ refused: net, settings: ubuntu, caller: put }), ['apparmor certain']);
  assert.deepEqual(
    explain({ refused: eacces, settings: { apparmor: true, apparmorRestrict: 0 }, caller: unconfined }),
    ['unknown likely'],
  );
});

test('SELinux refuses only where it enforces.', () => {
  const label = { label: 'user_u:user_r:user_t:s0' };
  assert.deepEqual(explain({ refused: eacces, settings: { selinux: 'enforcing' }, caller: label }), [
    'selinux certain',
  ]);
  assert.deepEqual(explain({ refused: eacces, settings: { selinux: 'permissive' }, caller: label }), [
    'unknown likely',
  ]);
});

test('EACCES where no known module runs is that of another module, if there is one.', () => {
  assert.deepEqual(explain({ refused: eacces, settings: { modules: ['capability', 'bpf'] } }), [
    'security-module certain',
  ]);
  assert.deepEqual(explain({ refused: eacces, settings: { modules: { unknown: 'gone' } } }), [
    'security-module likely',
  ]);
});

test('A limit is certain at the only level that there is, and where another user is not refused.', () => {
  const refused = { call: 'clone', types: ['net'], errno: 'ENOSPC' } as const;
  assert.deepEqual(explain({ refused }), ['limit certain']);
  const within = { userNamespace: 4_026_532_000, depth: { unknown: 'denied' } } as const;
  const here = { userNamespace: 4_026_532_000 };
  assert.deepEqual(explain({ refused, caller: within, settings: here }), ['limit likely']);
  const another = { probes: [], asAnother: { uid: 2, errno: null } };
  assert.deepEqual(explain({ refused, caller: within, settings: here, trials: another }), ['limit certain']);
  const mounts = { call: 'mount', types: [], errno: 'ENOSPC' } as const;
  assert.deepEqual(explain({ refused: mounts, settings: { maxMounts: 1 } }), ['limit certain']);
});

test('A type that the kernel has not, and threads, are told by EINVAL.', () => {
  const present = namespaceTypes.filter((type) => type !== 'time');
  const refused = { call: 'unshare', types: ['time'], errno: 'EINVAL' } as const;
  assert.deepEqual(explain({ refused, settings: { present } }), ['missing certain']);
  assert.deepEqual(explain({ refused: { ...user, errno: 'EINVAL' }, caller: { threads: 8 } }), ['threads certain']);
});

test('A remount that takes away locked flags, and a bind without what is below, are of locked mounts.', () => {
  const within = { effective: '1ffffffffff', userNamespace: 4_026_532_000, owners: { mnt: 4_026_532_000 } };
  const remount = { call: 'mount', types: [], errno: 'EPERM', flags: 0x1020, target: '/sys' } as const;
  assert.deepEqual(explain({ refused: remount, caller: within }), ['locked-mount certain']);
  const bind = { call: 'mount', types: [], errno: 'EINVAL', flags: 0x1000, source: '/proc', target: '/mnt' } as const;
  const points = { ...within, mountPoints: ['/', '/proc', '/proc/sys'] };
  assert.deepEqual(explain({ refused: bind, caller: points }), ['locked-mount likely']);
  assert.deepEqual(explain({ refused: { ...bind, source: '/etc' }, caller: points }), ['unknown likely']);
});

test('A map that is written already is refused before anything of setgroups is asked.', () => {
  const refused = { call: 'write', types: [], errno: 'EPERM', target: '/proc/self/gid_map', source: '0 0 1' } as const;
  const gidMap = [{ inside: 0, outside: 0, count: 10 }];
  const inChild = { userNamespace: 77, depth: 1, gidMap };
  assert.deepEqual(explain({ refused, caller: inChild }), ['id-map certain']);
  assert.deepEqual(explain({ refused, caller: { ...inChild, gidMap: [] } }), ['setgroups certain']);
});

test('A limit from which the user is far would not refuse next, where a filter has its errno.', () => {
  const probes = [
    {
      call: 'unshare',
      type: 'user',
      written: 'unshare(CLONE_NEWUSER|CLONE_SETTLS)',
      expected: 'EINVAL',
      answered: 'ENOSPC',
    },
  ] as const;
  const refused = { ...user, errno: 'ENOSPC' };
  assert.deepEqual(explain({ refused, caller: { seccomp: 2, seccompFilters: 1 }, trials: { probes, counted: 0 } }), [
    'seccomp certain',
  ]);
});

test('A capability that no new user namespace gives is not promised by one.', () => {
  const findings = explainRefusal({
    refused: { call: 'setgroups', types: [], errno: 'EPERM' },
    ...{ caller, settings, trials: { probes: [] } },
  });
  assert.deepEqual(
    findings.map(({ gate, fix }) => [gate, fix.command]),
    [['capability', null]],
  );
});

test('Of several types with a user namespace the one whose limit is 0 is named, and else the user namespace first.', () => {
  const refused = { call: 'clone', types: ['mnt', 'user'], errno: 'ENOSPC' } as const;
  const unlimited = { ...settings.limits, mnt: 2_147_483_647, user: 2_147_483_647 };
  const below = { userNamespace: 77, depth: 1 };
  const judge = (limits: RefusalSettings['limits']) =>
    explainRefusal({
      refused,
      caller: { ...caller, ...below },
      settings: { ...settings, limits, userNamespace: 77 },
      trials: { probes: [] },
    }).find(({ gate }) => gate === 'limit');
  const none = judge({ ...unlimited, user: 0 });
  assert.deepEqual([none?.certainty, none?.evidence], ['certain', ['user.max_user_namespaces is 0 in user:[77]']]);
  const either = judge(unlimited);
  assert.equal(either?.certainty, 'likely');
  assert.match(either.evidence.join('; '), /max_user_namespaces.*; user\.max_mnt_namespaces/);
});

test('Of a map that was refused it is said what was written.', () => {
  const refused = {
    call: 'write',
    types: [],
    errno: 'EPERM',
    target: '/proc/9/uid_map',
    source: '0   1000 1\n1 5 9',
  } as const;
  const [finding] = explainRefusal({ refused, caller, settings, trials: { probes: [] } });
  assert.equal(finding?.evidence[1], 'uid 1000 wrote "0 1000 1, 1 5 9" to /proc/9/uid_map');
});
