// What limits a listing, in a few words and in a sentence.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../../src/model/facts/limits.ts';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { type Limit, snapshotSchema } from '../../../src/model/snapshot/schema.ts';

const refusal = { brief: 'BPF not permitted', reason: 'reading with BPF needs CAP_BPF', lift: 'run as root' };

const each: readonly Limit[] = [
  limits.addonMissing('nscope.node is not there'),
  limits.filesRefused('1'),
  limits.processesHidden('invisible'),
  limits.processesOutside('pid:[4026532179]'),
  limits.linksRefused([1], 'EACCES', true),
  limits.descriptorsRefused([1, 7], 'EACCES'),
  limits.listNotRead(namespaceTypes, [refusal, refusal]),
  limits.listCut(12, 'BPF'),
  limits.mountsUnread([4026532179], 'EPERM'),
  limits.mountsSilent('/proc/7/root did not answer'),
  limits.namesSilent('/run/netns did not answer'),
  limits.namesCut('/run/netns', 100_000),
  limits.queueCut(4711),
  limits.socketsRefused(1, 'EPERM', undefined),
  limits.ownerOutOfReach(['net:[4026532179]'], true),
  limits.aboveOutOfReach(['net:[4026532179]', 'pid:[4026532180]'], 'EPERM'),
  limits.peersNotFound(['veth0 in net:[4026532179], netnsid 3'], false),
  limits.peersNotFollowed(3),
  limits.workloadsNameless(2, 'EACCES', '/var/lib/docker'),
];

test('Every limit has its code, a few words, and a sentence that says more.', () => {
  const codes = snapshotSchema.properties.coverage.properties.limits.items.properties.code.anyOf.map(
    (one) => one.const,
  );
  assert.deepEqual(each.map(({ code }) => code).sort(), [...codes].sort());
  assert.equal(each.length, Object.keys(limits).length);
  for (const { code, brief, reason } of each) {
    assert.ok(brief.length <= 62, `${code}: ${brief}`);
    assert.ok(brief.length < reason.length, `${code}: ${brief}`);
    assert.doesNotMatch(brief, /[.:]$/);
  }
});

test('Of several processes a few words say how many, of a single one which.', () => {
  assert.equal(limits.linksRefused([1], 'EACCES', false).brief, 'PID 1 withheld');
  assert.equal(limits.linksRefused([1, 7, 9], 'EACCES', false).brief, '3 processes withheld');
  assert.equal(limits.descriptorsRefused([7], 'EACCES').brief, 'descriptors of PID 7 refused');
});

test('Of the list of the kernel it is said which types are missing, or shorter which are not, and why.', () => {
  const brief = (...types: Parameters<typeof limits.listNotRead>[0]) => limits.listNotRead(types, [refusal]).brief;
  assert.equal(brief(...namespaceTypes), "the kernel's list not read (BPF not permitted)");
  assert.equal(brief('pid', 'uts'), "the kernel's list of pid, uts not read (BPF not permitted)");
  assert.equal(
    brief(...namespaceTypes.filter((type) => type !== 'mnt')),
    "the kernel's list of all but mnt not read (BPF not permitted)",
  );
  const { lift } = limits.listNotRead(['pid'], []);
  assert.equal(lift, undefined);
});

test('What is refused even to root has nothing that would lift it.', () => {
  assert.equal(limits.linksRefused([1], 'EACCES', true).lift, undefined);
  assert.equal(limits.linksRefused([1], 'EACCES', false).lift, 'run as root of the host');
});
