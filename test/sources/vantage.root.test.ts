// From where nscope looks decides what it may claim: child pid and user namespaces, and places behind chroot(2).
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { fileKinds, taskKinds } from '../../src/model/snapshot/holder-kinds.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import type { Snapshot } from '../../src/model/snapshot/schema.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';
import { makeBed } from '../bed/bed.ts';
import { hold, waitForName } from '../held-process.ts';
import { isLinuxSince } from '../kernels/release.ts';
import { missing } from '../tiers.ts';
import { after, denying, findMade, takeSnapshotIn } from './bad-conditions.ts';

const skip = missing({ root: true, commands: ['cc', 'make', 'unshare', 'mount', 'chroot'] });
const ownPidNamespace = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];

function kindsUnseen({ coverage }: Snapshot): ReadonlySet<string> {
  return new Set(coverage.unseenHolders.map(({ kind }) => kind));
}

function expectTasksUnseen(snapshot: Snapshot): void {
  const kinds = kindsUnseen(snapshot);
  for (const kind of [...taskKinds, ...fileKinds]) assert.ok(kinds.has(kind), kind);
}

test('In a child pid namespace the kernel lists all namespaces, and no process outside is ruled out as a holder.', {
  skip,
}, async () => {
  const bed = await makeBed(['process:net', 'fd:uts', 'fd-in-flight:ipc', 'bind-mount:cgroup']);
  try {
    const snapshot = takeSnapshotIn(ownPidNamespace);
    const listed = isLinuxSince(6, 18);
    assert.equal(snapshot.coverage.verdict, listed ? 'complete' : 'partial');
    assert.match(snapshot.coverage.reasons.join('\n'), /a child pid namespace: processes outside it are invisible/);
    expectTasksUnseen(snapshot);
    let kernels = 0;
    for (const made of bed.namespaces) {
      const found = findMade(snapshot, made);
      if (listed) assert.ok(found, made.place);
      if (!found) continue;
      assert.equal(found.processes.count, 0);
      const kernel = found.holders.find(({ kind }) => kind === 'kernel');
      if (kernel?.kind !== 'kernel') continue;
      kernels++;
      const ruledOut = new Set(kernel.ruledOut);
      for (const claim of ['processes', 'threads', 'open descriptors', 'descriptors and messages in flight'])
        assert.ok(!ruledOut.has(claim), `${made.place}: ${claim} are ruled out`);
      assert.match(kernel.notSeen.join(), /processes, threads.* processes outside it are invisible/);
    }
    if (listed) assert.ok(kernels >= 3, `the kernel holds ${kernels}`);
    // What mounts hold is seen from anywhere.
    const bound = bed.namespaces.find(({ place, auxiliary }) => place === 'bind-mount' && !auxiliary);
    assert.ok(bound);
    if (listed) assert.ok(findMade(snapshot, bound)?.holderCounts['bind-mount']);
  } finally {
    await bed.release();
  }
});

test('A /proc that is of a pid namespace between the initial one and that of nscope is not taken for the whole.', {
  skip,
}, () => {
  const snapshot = takeSnapshotIn([...ownPidNamespace, 'unshare', '--pid', '--fork', '--kill-child']);
  assert.ok(!isKnown(snapshot.host.vantage.procPidNamespace));
  assert.match(
    snapshot.coverage.reasons.join('\n'),
    /\/proc shows a pid namespace above that of nscope, .* processes outside it are invisible/,
  );
  expectTasksUnseen(snapshot);
});

test('The root of a child user namespace is not taken for the root of the host.', { skip }, () => {
  const { coverage, host } = takeSnapshotIn(['unshare', '--user', '--map-root-user']);
  assert.equal(host.vantage.uid, 0);
  assert.equal(coverage.verdict, 'partial');
  const reasons = coverage.reasons.join('\n');
  assert.doesNotMatch(reasons, /even to root/);
  assert.match(reasons, /the namespace links of \d+ processes .* are refused \(EACCES\)/);
  assert.match(reasons, /needs CAP_BPF and CAP_PERFMON in the initial user namespace/);
  assert.match(reasons, /the owner or parent of \d+ namespaces \(the first: .*\) is out of reach \(EPERM\)/);
  assert.ok(coverage.lifts.includes('run as root of the host'));
});

interface Jail {
  /** Of a uts namespace that is bind mounted, and that a descriptor of the bed's holds as well. */
  readonly inode: number;
  /** Where it is mounted: outside the root of what runs in the jail. */
  readonly path: string;
  /** The lines of shell that make the jail in a mount namespace of its own; what follows is to run "chroot" there. */
  readonly script: string;
  readonly root: string;
}

async function withJail(use: (jail: Jail) => Promise<void>): Promise<void> {
  const bed = await makeBed(['fd:uts']);
  const directory = mkdtempSync(join(tmpdir(), 'nscope-jail-'));
  try {
    const [held] = bed.namespaces;
    assert.ok(held?.holder.fd !== undefined);
    const [path, root] = [`${directory}/outside`, `${directory}/root`];
    writeFileSync(path, '');
    mkdirSync(root);
    const script = `mount --rbind / ${root}; mount --bind /proc/${bed.pid}/fd/${held.holder.fd} ${path}`;
    await use({ inode: held.inode, path, script, root });
  } finally {
    await bed.release();
    rmSync(directory, { recursive: true });
  }
}

function bindMountsOf({ namespaces }: Snapshot, inode: number) {
  const found = namespaces.find((one) => one.inode === inode);
  assert.ok(found, `uts:[${inode}] is not listed`);
  return found.holders.filter((holder) => holder.kind === 'bind-mount');
}

test('A chrooted process that is alone in its mount namespace hides no bind mount of it.', { skip }, async () => {
  await withJail(async ({ inode, path, script, root }) => {
    const [command = '', ...words] = after(`${script}; echo ready; exec chroot ${root} sleep 300`);
    const held = await hold(command, words);
    try {
      await waitForName(held.pid, 'sleep');
      for (const bpf of [true, false]) {
        const [bound, ...others] = bindMountsOf(collectSnapshot({ ...wantEverything, bpf }), inode);
        assert.deepEqual([bound?.path, others], [path, []], `bpf: ${bpf}`);
        assert.equal(`mnt:[${bound?.mountNamespace}]`, readlinkSync(`/proc/${held.pid}/ns/mnt`));
      }
      const blind = takeSnapshotIn(denying('EPERM', 'bpf', 'setns', 'listmount', 'statmount'));
      assert.deepEqual(bindMountsOf(blind, inode), []);
      assert.match(
        blind.coverage.reasons.join('\n'),
        new RegExp(`could not be read as a whole \\(/proc/${held.pid} lives in a chroot\\)`),
      );
      assert.ok(kindsUnseen(blind).has('bind-mount'));
    } finally {
      await held.end();
    }
  });
});

test('nscope in a chroot sees the bind mounts of its mount namespace outside of it.', { skip }, async () => {
  await withJail(async ({ inode, path, script, root }) => {
    for (const prefix of [[], denying('EPERM', 'bpf')]) {
      const snapshot = takeSnapshotIn([...prefix, ...after(script), 'chroot', root]);
      assert.deepEqual(
        bindMountsOf(snapshot, inode).map((holder) => holder.path),
        [path],
      );
    }
  });
});
