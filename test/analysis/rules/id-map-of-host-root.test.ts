import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idMapOfHostRoot } from '../../../src/analysis/rules/id-map-of-host-root.ts';
import { judge, processIn, say, userNamespace } from './judge.ts';

test('Root that is the host root is a note, and another id that is the host root a warning.', () => {
  const facts = [
    userNamespace(70, 0, [0, 65536]),
    processIn(200, { user: 70 }),
    userNamespace(71, 0, [0, 1, 1000]),
    userNamespace(72, 1000, [100000, 65536]),
  ];
  assert.deepEqual(say(judge(idMapOfHostRoot, facts)), [
    "warning: in user:[71] without a process uid 1000 is the host's root",
    "note: in user:[70] of process 200 (program200) root is the host's root",
  ]);
});

test('Those with the same map are one note, as of units with PrivateUsers=, and each is a subject.', () => {
  const facts = [userNamespace(70, 0, [0, 1]), userNamespace(71, 0, [0, 1]), userNamespace(72, 0, [0, 65536])];
  const { findings } = judge(idMapOfHostRoot, facts);
  assert.deepEqual(
    findings.map(({ says, subjects }) => [says, subjects.length]),
    [
      ["in 2 user namespaces root is the host's root", 2],
      ["in user:[72] without a process root is the host's root", 1],
    ],
  );
  assert.deepEqual(findings[0]?.seen, [
    'user:[70] without a process',
    'user:[71] without a process',
    'uid 0 there is uid 0 here, that one alone',
    'gid 0 there is gid 0 here, that one alone',
  ]);
});

test('A namespace further down is within the map of its parent, and is not judged.', () => {
  assert.deepEqual(say(judge(idMapOfHostRoot, [{ ...userNamespace(71, 0, [0, 1]), parent: 70 }])), []);
});

test('Ids that begin after root, and a namespace without a map, are nothing.', () => {
  assert.deepEqual(say(judge(idMapOfHostRoot, [userNamespace(70, 0, [1, 65535]), userNamespace(71, 0)])), []);
});
