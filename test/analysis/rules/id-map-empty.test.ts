import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idMapEmpty } from '../../../src/analysis/rules/id-map-empty.ts';
import { judge, listCommands, processIn, say, userNamespace } from './judge.ts';

test('A user namespace with a process and without maps is a note, and the command writes both.', () => {
  const [found] = judge(idMapEmpty, [userNamespace(77, 1000), processIn(200, { user: 77 }, { uid: 1000 })]).findings;
  assert.equal(found?.severity, 'note');
  assert.equal(found.says, 'user:[77] of process 200 (program200) maps neither uids nor gids');
  assert.deepEqual(listCommands(found), [
    "sh -c 'echo 0 $(stat -c %u /proc/200) 1 >/proc/200/uid_map; echo deny >/proc/200/setgroups; echo 0 $(stat -c %g /proc/200) 1 >/proc/200/gid_map'",
  ]);
});

test('Without a gid map alone it is a note.', () => {
  const namespace = { ...userNamespace(77, 1000, [1000, 1]), gidMap: [] };
  assert.deepEqual(say(judge(idMapEmpty, [namespace, processIn(200, { user: 77 })])), [
    'note: user:[77] of process 200 (program200) maps no gid',
  ]);
});

test('Without a process, or where one began this moment, it is nothing.', () => {
  assert.deepEqual(say(judge(idMapEmpty, [userNamespace(77, 1000)])), []);
  // The snapshot is of the tick 24,500.
  const settled = processIn(200, { user: 77 }, { startTimeTicks: 24_200 });
  assert.equal(say(judge(idMapEmpty, [userNamespace(77, 1000), settled])).length, 1);
  const born = processIn(200, { user: 77 }, { startTimeTicks: 24_400 });
  assert.deepEqual(say(judge(idMapEmpty, [userNamespace(77, 1000), born])), []);
});
