// What an ordinary user is told of processes whose links are refused, held against what root reads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NamespaceType, namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import type { Process, Snapshot } from '../../../src/model/snapshot/schema.ts';
import { runNscope } from '../../cli/run-nscope.ts';
import { type Held, hold } from '../../held-process.ts';
import { missing } from '../../tiers.ts';

const skip = missing({ root: true, commands: ['unshare', 'nsenter', 'perl', 'setpriv'] });

const nobody = 65534;

/** Programs of root in namespaces of their own; each writes a line when it is there. */
const programs: readonly (readonly string[])[] = [
  ['unshare', '--net', 'sh', '-c', 'echo; sleep 99'],
  ['unshare', '--mount', 'sh', '-c', 'echo; sleep 99'],
  ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /mnt && mkdir /mnt/d && echo; sleep 99'],
  ['unshare', '--fork', '--pid', '--mount-proc', 'sh', '-c', 'sleep 99 & echo; sleep 99'],
  ['unshare', '--fork', '--pid', '--net', '--ipc', '--uts', '--mount', 'sh', '-c', 'sleep 99 & echo; sleep 99'],
  ['unshare', '--fork', '--pid', 'unshare', '--fork', '--pid', 'sh', '-c', 'sleep 99 & echo; sleep 99'],
  ['unshare', '--time', '--monotonic', '77', '--fork', 'sh', '-c', 'echo; sleep 99'],
  ['setpriv', '--reuid=1', '--regid=1', '--clear-groups', 'unshare', '-Ur', 'sh', '-c', 'echo; sleep 99'],
  ['setpriv', '--reuid=1', '--regid=1', '--clear-groups', 'unshare', '-Urn', 'sh', '-c', 'echo; sleep 99'],
];

/** Those programs, and one that entered the namespaces of another from outside. */
async function holdAll(): Promise<Held[]> {
  const held: Held[] = [];
  for (const [command = '', ...words] of programs) held.push(await hold(command, words));
  const joined = held[4];
  if (joined) {
    const target = ['--target', String(joined.pid), '--net', '--mount', '--uts', '--ipc'];
    held.push(await hold('nsenter', [...target, 'sh', '-c', 'echo; sleep 99']));
  }
  return held;
}

function snapshotAs(uid: number): Snapshot {
  const { stdout, stderr, status } = runNscope(['snapshot', '--compact'], '', { uid, gid: uid, cwd: '/' });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Snapshot;
}

const keyOf = ({ pid, startTimeTicks }: Process) => `${pid} ${startTimeTicks}`;

interface Score {
  readonly certain: number;
  readonly likely: number;
  readonly wrong: readonly string[];
  readonly wrongLikely: number;
}

/** A place with a number must be that of the link; a place without one must be the same for equal links alone. */
function score(type: NamespaceType, told: Snapshot, truth: ReadonlyMap<string, Process>): Score {
  const counts = { certain: 0, likely: 0 };
  const wrong: string[] = [];
  let wrongLikely = 0;
  const meant = new Map<number, number>();
  const likelies: (() => void)[] = [];
  for (const process of told.processes) {
    const place = process.inferred?.[type];
    const link = truth.get(keyOf(process))?.namespaces[type];
    if (!place || typeof link !== 'number') continue;
    counts[place.certainty]++;
    const check = () => {
      if ('number' in place && !meant.has(place.number)) meant.set(place.number, link);
      const said = 'inode' in place ? place.inode : meant.get(place.number);
      if (said === link) return;
      if (place.certainty === 'likely') wrongLikely++;
      else wrong.push(`${type} of ${process.pid} ${process.comm}: ${JSON.stringify(place)}, but it is in ${link}`);
    };
    // What is certain decides which namespace a place without a number means.
    if (place.certainty === 'certain') check();
    else likelies.push(check);
  }
  for (const check of likelies) check();
  const distinct = told.unnumbered.filter((one) => one.type === type && one.certainty === 'certain');
  const inodes = distinct.flatMap(({ number }) => meant.get(number) ?? []);
  if (new Set(inodes).size !== inodes.length) wrong.push(`${type}: two that are called distinct are one`);
  for (const inode of inodes)
    if (told.namespaces.some((one) => one.type === type && one.inode === inode))
      wrong.push(`${type}: ${inode} is listed twice, once without its number`);
  return { ...counts, wrong, wrongLikely };
}

test('An ordinary user is told of no place that is wrong, unless it is called likely, and of every mount, network and pid namespace.', {
  skip,
}, async (context) => {
  const held = await holdAll();
  try {
    const before = snapshotAs(0);
    const told = snapshotAs(nobody);
    const truth = new Map(before.processes.filter(({ pid, tid }) => pid === tid).map((one) => [keyOf(one), one]));
    const made = held.flatMap(({ pid }) => told.processes.filter((one) => one.pid === pid || one.ppid === pid));
    assert.ok(made.length >= held.length && made.every((process) => process.inferred?.net));
    for (const type of namespaceTypes) {
      const { certain, likely, wrong, wrongLikely } = score(type, told, truth);
      const known = told.namespaces.filter((one) => one.type === type).length;
      const unnumbered = told.unnumbered.filter((one) => one.type === type).length;
      const ofRoot = new Set(
        [...truth.values()].flatMap(({ namespaces }) =>
          typeof namespaces[type] === 'number' ? [namespaces[type]] : [],
        ),
      ).size;
      context.diagnostic(
        `${type}: root sees ${ofRoot} with processes, nobody ${known} and ${unnumbered} without number; ` +
          `${certain} places certain, ${likely} likely, of these ${wrongLikely} wrong`,
      );
      assert.deepEqual(wrong, []);
      if (type === 'mnt' || type === 'net' || type === 'pid') {
        assert.ok(certain > held.length, `${type}: nothing was compared`);
        assert.ok(known + unnumbered >= ofRoot, `${type}: ${known} and ${unnumbered} of ${ofRoot}`);
      }
    }
  } finally {
    for (const one of held) await one.end();
  }
});

test('A process that is chrooted by root is told to an ordinary user to be in the mount namespace that it is in.', {
  skip,
}, async () => {
  // It sees the mounts on /dev and below alone, and shares these with all others.
  const held = await hold('perl', ['-e', 'chroot "/dev" or die; $| = 1; print "\\n"; sleep 99']);
  try {
    const told = snapshotAs(nobody);
    const [chrooted, own] = [held.pid, told.host.vantage.pid].map((pid) =>
      told.processes.find((one) => one.pid === pid),
    );
    assert.deepEqual(chrooted?.inferred?.mnt, {
      inode: own?.namespaces.mnt,
      by: 'mount-ids',
      certainty: 'certain',
    });
  } finally {
    await held.end();
  }
});

test('Where PID 1 refuses even root, its namespaces and the host’s are inferred.', { skip }, () => {
  const { namespaces, processes } = snapshotAs(0);
  const init = processes.find(({ pid }) => pid === 1);
  for (const type of ['net', 'mnt', 'pid'] as const) {
    const link = init?.namespaces[type];
    const initial = namespaces.find((one) => one.type === type && one.initial === true);
    if (typeof link === 'number') assert.equal(init?.inferred?.[type], undefined);
    else {
      assert.equal(init?.inferred?.[type]?.certainty, 'certain');
      assert.equal(initial?.hostInferred?.certainty, 'certain');
    }
  }
});
