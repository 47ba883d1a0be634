// What changed of a namespace, in words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeChange } from '../../../src/render/words/changes.ts';

test('Each kind of change reads as words: who is in it, names, counts of holders, fields, and what was none.', () => {
  const describe = (what: string, before: unknown, after: unknown): string =>
    describeChange({ what, before, after }, (pid, when) => `${pid} ${when}`);
  for (const [what, before, after, words] of [
    ['leader', null, 50, 'now has 50 after'],
    ['leader', 50, null, 'no process is in it any more'],
    ['leader', 50, 60, 'leader: 50 before → 60 after'],
    ['names', ['/a'], ['/b', '/c'], 'now named /b, /c; no longer named /a'],
    ['names', [], ['/\x1b'], 'now named /\\e'],
    ['holders', { socket: 1, descriptor: 2 }, { descriptor: 3 }, 'holders socket: 1 → none, holders descriptor: 2 → 3'],
    ['uts', { nodename: 'a', release: '6' }, { nodename: 'b\n', release: '6' }, 'uts nodename: a → b\\n'],
    ['netnsid', null, 3, 'netnsid: none → 3'],
    ['uidMap', [], [{ inside: 0 }], 'uidMap: [] → [{"inside":0}]'],
  ] as const)
    assert.equal(describe(what, before, after), words);
});
