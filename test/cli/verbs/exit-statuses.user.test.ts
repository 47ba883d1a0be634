// What is not there is status 1; 2 of a verb whose status 1 is an answer, or it would answer. Wrong words are status 2.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersByOne } from '../../../src/cli/help/exit-statuses.ts';
import { verbs } from '../../../src/cli/table/verbs.ts';
import { runNscope } from '../run-nscope.ts';

/** What else a verb wants before or after the one that is not there. */
const around: Readonly<Record<string, readonly [before: readonly string[], after: readonly string[]]>> = {
  caps: [['self'], []],
  diff: [['self'], []],
  enter: [[], ['true']],
};

const takers = verbs.filter(({ arguments: words }) => words.some(({ name }) => /^(?:TARGET|PID|A)$/.test(name)));

test('A process that is not there is a sentence and status 1, or 2 where 1 is an answer, whichever verb is asked.', () => {
  assert.ok(takers.length >= 11, `${takers.length} verbs`);
  assert.deepEqual(
    takers
      .filter(answersByOne)
      .map(({ name }) => name)
      .sort(),
    ['audit', 'caps', 'detect', 'diff', 'doctor', 'mounts', 'net', 'quota'],
  );
  for (const verb of takers) {
    const { name } = verb;
    const [before, behind] = around[name] ?? [[], []];
    const { status, stdout, stderr } = runNscope([name, ...before, '4194303', ...behind]);
    assert.match(stderr, /there is no process 4194303 here/, name);
    assert.deepEqual([status, stdout], [answersByOne(verb) ? 2 : 1, ''], name);
  }
});

test('A target in no notation, and an unknown option, are status 2, whichever verb is asked.', () => {
  for (const { name } of takers) {
    const [before, behind] = around[name] ?? [[], []];
    for (const words of [[...before, 'nett:blue', ...behind], ['--no-such-option']]) {
      const { status, stdout } = runNscope([name, ...words]);
      assert.deepEqual([status, stdout], [2, ''], `${name} ${words.join(' ')}`);
    }
  }
});

test('diff of one thing with itself says that nothing differs, with status 0 and one line on standard error.', () => {
  const { status, stdout, stderr } = runNscope(['diff', 'self', 'self']);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^nscope: nothing differs: both are process \d+$/m);
  assert.equal(stdout.match(/ yes$/gm)?.length, 8, stdout);
  const both = runNscope(['diff', 'self', String(process.pid)]);
  assert.match(
    both.stderr,
    /^nscope: nothing differs: processes \d+ and \d+ are in the same namespaces of all types$/m,
  );
  assert.equal(both.status, 0);
  // The links of another user's process are refused, and it is still in the namespaces that it is in.
  const other = runNscope(['diff', '1', '1', '--no-bpf']);
  assert.deepEqual([other.status, /nothing differs: both are process 1$/m.test(other.stderr)], [0, true], other.stderr);
});
