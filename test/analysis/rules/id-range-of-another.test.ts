import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idRangeOfAnother } from '../../../src/analysis/rules/id-range-of-another.ts';
import type { SubordinateRange } from '../../../src/model/snapshot/schema.ts';
import { judge, say, userNamespace, workloadOf } from './judge.ts';

const range = (name: string, uid: number, first: number): SubordinateRange => ({
  ...{ file: '/etc/subuid', name, uid, first, count: 65536 },
});
const given = { subordinateRanges: [range('ada', 1000, 100000), range('dockremap', 110, 300000)] };

test('Root that maps the range of a person is a warning, and a range of a service or of nobody is none.', () => {
  const facts = [userNamespace(70, 0, [100000, 65536]), userNamespace(71, 0, [300000, 65536])];
  const verdicts = judge(idRangeOfAnother, [...facts, userNamespace(72, 0, [900000, 65536])], { conditions: given });
  assert.deepEqual(say(verdicts), ['warning: user:[70] without a process maps uids that /etc/subuid gives to ada']);
  assert.deepEqual(verdicts.findings[0]?.seen, [
    'it maps uids 100000 to 165535; uid 0 made it',
    '/etc/subuid gives uids 100000 to 165535 to ada, uid 1000',
  ]);
});

test('The own range is none, and that of another user is one.', () => {
  assert.deepEqual(say(judge(idRangeOfAnother, [userNamespace(70, 1000, [100000, 65536])], { conditions: given })), []);
  const other = judge(idRangeOfAnother, [userNamespace(70, 1001, [165000, 100])], { conditions: given });
  assert.equal(other.findings[0]?.severity, 'warning');
});

test('Docker may have been told to use the range of a person: a note.', () => {
  const workloads = [workloadOf('web', { namespaces: [{ type: 'user', inode: 70 }] })];
  const verdicts = judge(idRangeOfAnother, [userNamespace(70, 0, [100000, 65536])], { conditions: given, workloads });
  assert.deepEqual(say(verdicts), ['note: user:[70] of docker:web maps uids that /etc/subuid gives to ada']);
});

test('Without the files it is not decided.', () => {
  assert.equal(judge(idRangeOfAnother, []).undecided.length, 1);
});
