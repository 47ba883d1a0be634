// What nscope caps says beside what the kernel does, among an ordinary user's own namespaces.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hold, readLinksOf, readOnlyChild, waitForName } from '../held-process.ts';
import { attemptNeeds, attemptSetns } from '../setns-attempts.ts';
import { missing } from '../tiers.ts';
import { compareVerdicts, explainAll } from './setns-verdicts.ts';

const skip = missing({ unprivileged: true, ...attemptNeeds });

test('An ordinary user may enter their own namespaces exactly where nscope says so.', { skip }, async (context) => {
  const words = ['-Ur', '-m', '-n', '-i', '-u', '-C', '-T', '-p', '--fork', '--kill-child'];
  const held = await hold('unshare', [...words, 'sh', '-c', 'echo; exec sleep 99']);
  try {
    const member = readOnlyChild(held.pid);
    await waitForName(member, 'sleep');
    const plain = await compareVerdicts(['env'], [process.pid, member]);
    // Only the user namespace itself: all else demands capabilities in one's own.
    assert.deepEqual(plain, { compared: 16, entered: 1, unknown: 0 });
    const sibling = await compareVerdicts(['unshare', '-Ur'], [process.pid, member]);
    context.diagnostic(JSON.stringify([plain, sibling]));
    assert.deepEqual(sibling, { compared: 16, entered: 0, unknown: 0 });
  } finally {
    await held.end();
  }
});

test('What nscope says may be entered through the owner is entered after the owner.', { skip }, async () => {
  const held = await hold('unshare', ['-Ur', '-m', '-n', '-i', '-u', '-C', 'sh', '-c', 'echo; exec sleep 99']);
  try {
    await waitForName(held.pid, 'sleep');
    const types = ['mnt', 'net', 'ipc', 'uts', 'cgroup'] as const;
    let verdicts: readonly string[] = [];
    const answers = await attemptSetns(
      ['env'],
      types.map((type) => `/proc/${held.pid}/ns/${type}`),
      (pid) => {
        verdicts = explainAll(
          pid,
          types.map((type) => ({ type, inode: readLinksOf(held.pid)[type] })),
        ).map(({ enter }) => enter);
      },
      `/proc/${held.pid}/ns/user`,
    );
    assert.deepEqual(answers, [0, 0, 0, 0, 0]);
    assert.deepEqual(verdicts, Array(5).fill('through-owner'));
  } finally {
    await held.end();
  }
});
