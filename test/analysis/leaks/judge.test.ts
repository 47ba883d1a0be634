// What counts as a leak: by whose it is, by --strict, and by --ignore, which takes along what only an ignored process holds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeLeft } from '../../../src/analysis/leaks/judge.ts';
import type { Left, LeftNamespace, LeftProcess, Whose } from '../../../src/analysis/leaks/left.ts';

const made = { sign: 'event', making: null } as const;

function process(pid: number, command: string, whose: Whose = 'command'): LeftProcess {
  return { kind: 'process', pid, comm: command.split(' ')[0] ?? '', command, uid: 0, whose, ...made };
}

function namespace(
  inode: number,
  holders: LeftNamespace['holders'],
  others: Partial<LeftNamespace> = {},
): LeftNamespace {
  return { kind: 'namespace', type: 'net', inode, id: null, names: [], holders, whose: 'command', ...made, ...others };
}

const heldBy = (pid: number) => ({ kind: 'process', what: 'x', pid }) as const;
const lenient = { strict: false, ignore: [] };

test('Things of the command are leaks; those of others and of nobody known are none, unless they are to count.', () => {
  const all: Left[] = [process(1, 'a'), namespace(7, [], { whose: 'others' }), namespace(8, [], { whose: 'unknown' })];
  const { leaks, others, unknown } = judgeLeft(all, lenient);
  assert.deepEqual([leaks, others, unknown], [[all[0]], [all[1]], [all[2]]]);
  assert.deepEqual(judgeLeft(all, { strict: true, ignore: [] }).leaks, all);
});

test('What is excused is no leak, with --strict either.', () => {
  const mount: Left = {
    ...{ kind: 'mount', path: '/run/netns', fsType: 'tmpfs', source: 'tmpfs', root: '/netns', whose: 'command' },
    ...made,
    excuse: 'once',
  };
  for (const strict of [false, true]) {
    const { leaks, excused } = judgeLeft([mount], { strict, ignore: [] });
    assert.deepEqual([leaks, excused], [[], [mount]]);
  }
});

test('A pattern is compared with the whole of a name, a type, a path or a command line, and its letters mean themselves.', () => {
  const named = namespace(7, [{ kind: 'bind-mount', what: 'bind mount', path: '/tmp/pin' }], { names: ['blue+1'] });
  const taken = (pattern: string): boolean =>
    judgeLeft([named], { strict: false, ignore: [pattern] }).leaks.length === 0;
  for (const pattern of ['net', 'net:[7]', 'blue+1', 'blue*', 'b?ue+1', '/tmp/*', '*'])
    assert.ok(taken(pattern), pattern);
  for (const pattern of ['ne', 'blue.1', 'blue', '/tmp', 'tmp/*', '']) assert.equal(taken(pattern), false, pattern);
  const { leaks, idlePatterns } = judgeLeft([process(1, 'sleep 9\n9')], { strict: false, ignore: ['sleep *', 'x'] });
  assert.deepEqual([leaks, idlePatterns], [[], ['x']]);
});

test('What only an ignored process keeps is ignored with it, up to the namespace that owns the rest; what a mount keeps is not.', () => {
  const user = namespace(1, [heldBy(5), { kind: 'owned', what: 'owned', namespace: 'net:[2]' }], { type: 'user' });
  const outer = namespace(9, [{ kind: 'child', what: 'child', namespace: 'user:[1]' }], { type: 'user' });
  const net = namespace(2, [heldBy(5)]);
  const pinned = namespace(3, [heldBy(5), { kind: 'bind-mount', what: 'bind mount', path: '/run/netns/x' }]);
  const shared = namespace(4, [heldBy(5), heldBy(6)]);
  const all = [process(5, 'ccache server'), outer, user, net, pinned, shared];
  const { leaks, ignored } = judgeLeft(all, { strict: false, ignore: ['ccache *'] });
  assert.deepEqual(leaks, [pinned, shared]);
  assert.equal(ignored.length, 4);
});

test('Of a namespace that nothing seen holds nothing is ignored with a process.', () => {
  const held = namespace(1, []);
  assert.deepEqual(judgeLeft([process(5, 'a'), held], { strict: false, ignore: ['a'] }).leaks, [held]);
});
