// Every way of asking may be refused: the next one then answers, and the coverage says what is missing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bed, bedNeeds, makeBed } from '../bed/bed.ts';
import { sightOfKernel } from '../hiding/expectations.ts';
import { isLinuxSince } from '../kernels/release.ts';
import { missing } from '../tiers.ts';
import { after, denying, findMade, takeSnapshotIn } from './bad-conditions.ts';

const skip = missing({ ...bedNeeds, root: true, commands: ['cc', 'make', 'unshare', 'setpriv', 'mount'] });

interface Condition {
  readonly title: string;
  readonly prefix: () => string[];
  /** Of the bed's places those in which nothing is found. */
  readonly lost: readonly string[];
  readonly verdict: 'complete' | 'partial';
  readonly reason?: RegExp;
  readonly lift?: RegExp;
  /** The kinds of holders that are said not to have been seen, among others. */
  readonly unseen: readonly string[];
}

const places = ['fd:net,uts', 'thread-fd:ipc', 'socket', 'bind-mount:uts', 'hidden-bind-mount:net', 'fd-in-flight:net'];

const hasBpf = sightOfKernel() !== 'proc';
const listsAll = isLinuxSince(6, 18) ? 'complete' : 'partial';
const withoutBpf = {
  lost: ['fd-in-flight'],
  verdict: 'partial',
  unseen: ['in-flight', 'pidfd', 'file-system'],
} as const;

const conditions: readonly Condition[] = [
  {
    title: 'Without CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN BPF is not permitted',
    prefix: () => {
      const less = '-bpf,-perfmon,-sys_admin';
      return ['setpriv', `--bounding-set=${less}`, `--inh-caps=${less}`];
    },
    ...withoutBpf,
    // Nor may it look into a mount namespace that it is not in.
    lost: ['fd-in-flight', 'hidden-bind-mount'],
    reason: /needs CAP_BPF and CAP_PERFMON/,
    lift: /with CAP_BPF and CAP_PERFMON/,
    unseen: [...withoutBpf.unseen, 'bind-mount'],
  },
  {
    title: 'A filter that answers EPERM to bpf(2) is told apart from a lack of rights',
    prefix: () => denying('EPERM', 'bpf'),
    ...withoutBpf,
    reason: /bpf\(BTF_LOAD\) answers EPERM although nscope has the right to use bpf\(2\)/,
    lift: /no seccomp filter or security module denies bpf\(2\)/,
  },
  {
    title: 'A filter that answers ENOSYS to bpf(2) looks like a kernel without it',
    prefix: () => denying('ENOSYS', 'bpf'),
    ...withoutBpf,
    reason: /no bpf\(2\), or a seccomp filter denies it/,
    lift: /no seccomp filter/,
  },
  {
    title: 'Without BTF no BPF program finds its types',
    prefix: () => after('mount -t tmpfs none /sys/kernel/btf'),
    ...withoutBpf,
    reason: /\/sys\/kernel\/btf\/vmlinux cannot be read \(ENOENT\)/,
    lift: /CONFIG_DEBUG_INFO_BTF/,
  },
  ...(['EPERM', 'ENOSYS'] as const).flatMap((errno): Condition[] => [
    {
      title: `Where listmount and statmount answer ${errno}, a thread enters mount namespaces`,
      prefix: () => denying(errno, 'bpf', 'listmount', 'statmount'),
      ...withoutBpf,
    },
    {
      title: `Where statmount alone answers ${errno}, the list of mounts is not taken for empty`,
      prefix: () => denying(errno, 'bpf', 'statmount'),
      ...withoutBpf,
    },
    {
      title: `Where pidfd_open answers ${errno}, sockets cannot be asked`,
      prefix: () => denying(errno, 'bpf', 'pidfd_open'),
      ...withoutBpf,
      lost: ['fd-in-flight', 'socket'],
      reason: new RegExp(`the network namespaces of \\d+ sockets could not be asked for \\(${errno}\\)`),
      unseen: [...withoutBpf.unseen, 'socket', 'tap'],
    },
    {
      title: `Where kcmp answers ${errno}, no descriptor is told once for each thread`,
      prefix: () => denying(errno, 'bpf', 'kcmp'),
      ...withoutBpf,
    },
    {
      title: `Where file handles answer ${errno}, the kernel's list is whole all the same`,
      prefix: () => denying(errno, 'name_to_handle_at', 'open_by_handle_at'),
      lost: hasBpf ? [] : ['fd-in-flight'],
      verdict: listsAll,
      unseen: [],
    },
  ]),
  {
    title: 'Where setns is refused, what a hidden mount namespace holds comes from statmount',
    prefix: () => denying('EPERM', 'bpf', 'setns'),
    ...withoutBpf,
    lost: ['fd-in-flight', ...(isLinuxSince(6, 12) ? [] : ['hidden-bind-mount'])],
  },
  {
    title: 'Where neither setns nor statmount are allowed, the mount namespaces that nobody could read are named',
    prefix: () => denying('EPERM', 'bpf', 'setns', 'listmount', 'statmount'),
    ...withoutBpf,
    lost: ['fd-in-flight', 'hidden-bind-mount'],
    reason: /the mounts of .* could not be read as a whole \(EPERM\)/,
    unseen: [...withoutBpf.unseen, 'bind-mount'],
  },
  {
    title: 'Where only BPF is left, a bind mount that cannot be looked at is told without its path',
    prefix: () => denying('EPERM', 'setns', 'listmount', 'statmount', 'open_by_handle_at'),
    lost: hasBpf ? [] : ['fd-in-flight', 'hidden-bind-mount'],
    verdict: listsAll,
    unseen: [],
  },
];

let bed: Bed | undefined;
test.before(async () => {
  if (!skip) bed = await makeBed(places);
});
test.after(() => bed?.release());

for (const { title, prefix, lost, verdict, reason, lift, unseen } of conditions)
  test(`${title}: the rest is found, and the coverage says so.`, { skip }, () => {
    const made = bed?.namespaces.filter(({ auxiliary }) => !auxiliary) ?? [];
    assert.equal(new Set(made.map(({ place }) => place)).size, places.length);
    const snapshot = takeSnapshotIn(prefix());
    const { coverage } = snapshot;
    const reasons = coverage.reasons.join('\n');
    for (const one of made) {
      const found = findMade(snapshot, one);
      assert.equal(found !== undefined, !lost.includes(one.place), `${one.place} ${one.type}\n${reasons}`);
      if (found) assert.deepEqual(found.holderCounts.kernel, undefined, `${one.place} ${one.type}`);
    }
    assert.equal(coverage.verdict, verdict, reasons);
    if (reason) assert.match(reasons, reason);
    if (lift) assert.match(coverage.lifts.join('\n'), lift);
    const kinds = new Set<string>(coverage.unseenHolders.map(({ kind }) => kind));
    for (const kind of unseen) assert.ok(kinds.has(kind), `${kind} is claimed to have been looked for everywhere`);
  });
