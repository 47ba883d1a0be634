import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInChild, type Judgement, judgeEvidence } from '../../../src/analysis/detect/judge.ts';
import { methods } from '../../../src/analysis/detect/methods.ts';
import type { DetectEvidence } from '../../../src/model/evidence/detect-evidence.ts';
import { type NamespaceType, namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { denied, forTypes, gone, init, noIoctl, onHost, onOldHost, refused } from './host-evidence.ts';

function judge(evidence: DetectEvidence, type: NamespaceType): Judgement {
  return judgeEvidence(evidence, [type])[0] ?? assert.fail();
}

function finding(evidence: DetectEvidence, type: NamespaceType, method: string) {
  return judge(evidence, type).findings.find((one) => one.method === method) ?? assert.fail(`${method} is not asked`);
}

/** A pid namespace of its own with its /proc: no kernel thread, and PID 1 is a late shell. */
const insidePid: DetectEvidence = {
  ...onOldHost,
  links: { ...onOldHost.links, pid: { inode: 4026532200, dev: 4 } },
  reader: { ...onOldHost.reader, pid: 4026532200 },
  proc: { ...onOldHost.proc, visible: 3 },
  init: { ...init, comm: 'sh', startTimeTicks: 900_000, mountIds: [90, 91], netStat: 4026532300 },
  second: gone,
};

test('On a host every namespace is initial for certain, and the status says so.', () => {
  const judgements = judgeEvidence(onHost);
  assert.deepEqual(
    judgements.map(({ type, verdict, certainty }) => [type, verdict, certainty]),
    namespaceTypes.map((type) => [type, 'initial', 'certain']),
  );
  assert.equal(isInChild(judgements), false);
});

test('Every method is asked for each of its types, and says which it is.', () => {
  for (const { name, types, idea, kernels } of methods) {
    assert.match(name, /^[a-z0-9-]+$/);
    assert.ok(types.length > 0 && idea.endsWith('.') && kernels !== '');
    for (const type of types) assert.equal(finding(onHost, type, name).method, name);
  }
  assert.equal(new Set(methods.map(({ name }) => name)).size, methods.length);
});

test('With nothing to read no method speaks, and nothing is told of any type.', () => {
  const blind: DetectEvidence = {
    ...onHost,
    addonMissing: 'none',
    subject: { self: true },
    proc: { state: 'absent', hidepid: gone, readerPids: gone, visible: gone, total: gone },
    links: { ...forTypes(() => gone), pid_for_children: gone, time_for_children: gone },
    answers: forTypes(() => ({ id: gone, owner: gone, parent: gone })),
    reader: forTypes(() => gone),
    uidMap: gone,
    pids: gone,
    cgroups: gone,
    timeOffsets: gone,
    mountIds: gone,
    netStat: gone,
    init: gone,
    second: gone,
    procInodes: gone,
    hostNetSysctl: gone,
    traces: [],
  };
  const judgements = judgeEvidence(blind);
  assert.equal(judgements.length, 8);
  for (const { verdict, findings } of judgements) {
    assert.equal(verdict, 'cannot tell');
    assert.deepEqual(
      findings.filter(({ weight }) => !['silent', 'none'].includes(weight)),
      [],
    );
  }
  assert.equal(isInChild(judgements), undefined);
});

test('A kernel that knows no nsfs ioctl leaves those methods silent, and the others tell.', () => {
  const evidence = { ...onHost, answers: forTypes(() => ({ id: noIoctl, owner: noIoctl, parent: noIoctl })) };
  for (const method of ['namespace-id', 'parent', 'owner']) {
    const { weight, why } = finding(evidence, 'user', method);
    assert.equal(weight, 'silent');
    assert.match(why, /ENOTTY/);
  }
  assert.equal(judge(evidence, 'user').verdict, 'initial');
});

test('Inode numbers that Linux never gives, as another kernel under its name might, prove nothing.', () => {
  const evidence: DetectEvidence = {
    ...onHost,
    links: { ...onHost.links, uts: { inode: 7, dev: 4 } },
    second: gone,
    answers: forTypes(() => ({ id: noIoctl, owner: noIoctl, parent: noIoctl })),
  };
  assert.equal(finding(evidence, 'uts', 'fixed-inode').weight, 'silent');
  assert.equal(judge(evidence, 'uts').verdict, 'cannot tell');
});

test('A user namespace that maps the whole range is told by its number, and its map is a hint for the wrong side.', () => {
  const evidence: DetectEvidence = { ...onHost, links: { ...onHost.links, user: { inode: 4026532500, dev: 4 } } };
  const { weight, concludes } = finding({ ...evidence, answers: insideAnswers }, 'user', 'uid-map');
  assert.deepEqual([weight, concludes], ['hint', 'initial']);
  assert.equal(judge({ ...evidence, reader: { ...onHost.reader, user: 4026532500 } }, 'user').verdict, 'child');
  const unreadable = { ...onHost, links: { ...onHost.links, user: denied }, answers: insideAnswers };
  assert.equal(judge(unreadable, 'user').verdict, 'cannot tell');
});

const insideAnswers = forTypes(() => ({ id: denied, owner: denied, parent: denied }));

test('A refused parent is no sign in a child, and a proof to who is in the initial namespace.', () => {
  assert.equal(finding(onHost, 'pid', 'parent').weight, 'proof');
  const inside = finding(insidePid, 'pid', 'parent');
  assert.deepEqual([inside.concludes, inside.weight], ['nothing', 'none']);
  const shown = {
    ...insidePid,
    answers: { ...insidePid.answers, pid: { id: noIoctl, owner: refused, parent: 4026531836 } },
  };
  assert.equal(finding(shown, 'pid', 'parent').concludes, 'child');
});

test('The ids prove from 6.19 on, and only there.', () => {
  const at = (kernel: string, id: string) =>
    finding(
      { ...onHost, kernel, answers: { ...onHost.answers, net: { id, owner: refused, parent: gone } } },
      'net',
      'namespace-id',
    );
  assert.deepEqual([at('6.19.0', '7').concludes, at('6.19.0', '7').weight], ['initial', 'proof']);
  assert.equal(at('6.19.0', '5').concludes, 'child');
  assert.equal(at('6.19.0', '4711').concludes, 'child');
  assert.equal(at('6.18.0', '7').concludes, 'nothing');
  assert.equal(at('2.6.72', '7').concludes, 'nothing', 'a release that personality(2) makes up');
});

test('Without PID 2 a pid namespace is a child only where hidepid is known to be off.', () => {
  const hidden = (hidepid: string) => ({ ...onOldHost, second: gone, proc: { ...onOldHost.proc, hidepid } });
  assert.equal(finding(hidden('0'), 'pid', 'kernel-threads').concludes, 'child');
  for (const hidepid of ['1', '2', '4'])
    assert.equal(finding(hidden(hidepid), 'pid', 'kernel-threads').concludes, 'nothing');
  const unseen = { ...onOldHost, second: gone, proc: { ...onOldHost.proc, hidepid: gone } };
  assert.equal(finding(unseen, 'pid', 'kernel-threads').concludes, 'nothing');
  assert.equal(judge(hidden('2'), 'pid').verdict, 'initial', 'the number proves it all the same');
});

test('Strong signs that contradict a proof yield, and among themselves leave no verdict.', () => {
  const odd = { ...onOldHost, hostNetSysctl: false };
  assert.equal(judge(odd, 'net').verdict, 'initial');
  const noWitness = { ...odd, second: gone, init: gone };
  const { verdict, contradiction } = judge(noWitness, 'net');
  assert.deepEqual([verdict, contradiction], ['cannot tell', true]);
});

test('What is shared with a PID 1 that is not the host’s init says nothing.', () => {
  const shared = { ...insidePid, mountIds: [90, 91], netStat: 4026532300 };
  assert.equal(finding(shared, 'mnt', 'shared-mounts').weight, 'silent');
  assert.equal(finding(shared, 'net', 'shared-net-directory').weight, 'silent');
  const readable = { ...insidePid, init: { ...init, links: onOldHost.reader } };
  assert.equal(finding(readable, 'uts', 'init-links').concludes, 'nothing');
});

test('The host’s is the verdict where only the init of the host can be compared with.', () => {
  const evidence: DetectEvidence = {
    ...onOldHost,
    kernel: '5.4.0',
    links: { ...onOldHost.links, net: denied, mnt: denied },
    second: { ...init, pid: 2, kernelThread: true, mountIds: [], netStat: denied },
  };
  assert.equal(judge(evidence, 'mnt').verdict, "host's");
  assert.equal(judge(evidence, 'net').verdict, "host's");
  assert.equal(isInChild(judgeEvidence(evidence, ['mnt', 'net'])), false);
});

test('A type that the kernel lacks is the same for all.', () => {
  const evidence: DetectEvidence = {
    ...onOldHost,
    links: { ...onOldHost.links, time: gone, time_for_children: gone },
    reader: { ...onOldHost.reader, time: gone },
    timeOffsets: gone,
  };
  const { verdict, by } = judge(evidence, 'time');
  assert.deepEqual([verdict, by], ['initial', ['missing-type']]);
});

test('Offsets of clocks prove a child only where they are its own.', () => {
  const timeOffsets = { monotonic: { seconds: 5, nanoseconds: 0 }, boottime: { seconds: 0, nanoseconds: 0 } };
  const own = { inode: 4026532600, dev: 4 };
  const inside = { ...onHost, timeOffsets, links: { ...onHost.links, time: own, time_for_children: own } };
  assert.equal(finding(inside, 'time', 'time-offsets').weight, 'proof');
  const maker = { ...onHost, timeOffsets, links: { ...onHost.links, time_for_children: own } };
  assert.equal(finding(maker, 'time', 'time-offsets').concludes, 'nothing');
  assert.equal(judge(maker, 'time').verdict, 'initial');
});

test('A namespace that is asked about by itself is judged for its type alone.', () => {
  const evidence: DetectEvidence = { ...onHost, subject: { self: false, namespace: 'net' } };
  assert.deepEqual(
    judgeEvidence(evidence).map(({ type }) => type),
    ['net'],
  );
  assert.deepEqual(judgeEvidence(evidence, ['pid']), []);
});
