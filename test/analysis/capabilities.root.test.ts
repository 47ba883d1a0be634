// What nscope caps says beside what the kernel does, for subjects and targets that only root can make.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Held, hold, readOnlyChild, waitForName } from '../held-process.ts';
import { attemptNeeds } from '../setns-attempts.ts';
import { missing } from '../tiers.ts';
import { compareVerdicts } from './setns-verdicts.ts';

const skip = missing({ root: true, ...attemptNeeds });

const as1000 = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups'];
const allTypes = ['-m', '-n', '-i', '-u', '-C', '-T', '-p', '--fork', '--kill-child'];
const stay = ['sh', '-c', 'echo; exec sleep 99'];

/** In this order: root's with the initial user namespace as owner, a user's own, and one that is nested in that. */
async function holdTargets(): Promise<{ readonly held: readonly Held[]; readonly members: readonly number[] }> {
  const programs = [
    ['unshare', ...allTypes, ...stay],
    [...as1000, 'unshare', '-Ur', ...allTypes, ...stay],
    [...as1000, 'unshare', '-Ur', 'unshare', '-U', '-n', '-u', '-p', '--fork', '--kill-child', ...stay],
  ];
  const held: Held[] = [];
  const members: number[] = [];
  for (const [command = '', ...words] of programs) {
    const one = await hold(command, words);
    held.push(one);
    const member = readOnlyChild(one.pid);
    await waitForName(member, 'sleep');
    members.push(member);
  }
  return { held, members };
}

const subjects: readonly (readonly string[])[] = [
  ['env'],
  ['setpriv', '--bounding-set', '-sys_chroot'],
  ['setpriv', '--bounding-set', '-sys_admin'],
  as1000,
  [...as1000, '--inh-caps', '+sys_admin', '--ambient-caps', '+sys_admin'],
  [...as1000, '--inh-caps', '+sys_admin,+sys_chroot', '--ambient-caps', '+sys_admin,+sys_chroot'],
  ['unshare', '-U'],
  [...as1000, 'unshare', '-Ur'],
];

test('A process may enter a namespace exactly where nscope says so.', { skip }, async (context) => {
  const { held, members } = await holdTargets();
  try {
    const total = { compared: 0, entered: 0, unknown: 0 };
    for (const subject of subjects) {
      const { compared, entered, unknown } = await compareVerdicts(subject, [process.pid, ...members]);
      total.compared += compared;
      total.entered += entered;
      total.unknown += unknown;
    }
    context.diagnostic(JSON.stringify(total));
    assert.equal(total.unknown, 0);
    assert.ok(total.entered > 20 && total.compared - total.entered > 100, JSON.stringify(total));
  } finally {
    for (const one of held) await one.end();
  }
});
