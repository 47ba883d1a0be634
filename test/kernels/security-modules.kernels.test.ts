// What the host's own kernel has not: AppArmor and SELinux, switched on by the kernel's command line, refuse, and nscope why says so.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { GateFinding } from '../../src/analysis/refusals/explain.ts';
import { missing } from '../tiers.ts';
import { apparmorProfiles } from './apparmor-profiles.ts';
import { fetchKernel, guestNeeds, nscopeInGuest, runInGuest } from './guest.ts';
import { nameAnswer, readAnswer } from './guest-answers.ts';
import { closedLabel, selinuxPolicy } from './selinux-policy.ts';
import { guestsAtOnce } from './slots.ts';

const skip = missing(guestNeeds);

/** AppArmor mediates user namespaces from Linux 6.7 on. */
const versions = ['6.12', '7'] as const;

const nobody = 'HOME=/tmp setpriv --reuid=65534 --regid=65534 --clear-groups --';

const loadAll = Object.values(apparmorProfiles).map(
  (profile) => `echo '${profile}' | base64 -d | gzip -d >/sys/kernel/security/apparmor/.load || exit`,
);

/** As nobody, in a profile from exec on. */
function askIn(profile: keyof typeof apparmorProfiles): string {
  return `(echo 'exec ${profile}' >/proc/self/attr/exec && ${nobody} ${nscopeInGuest} why --json)`;
}

interface Answer {
  readonly verdicts: readonly {
    readonly what: string;
    readonly way: string | null;
    readonly refusals: readonly {
      readonly refused: { readonly call: string; readonly errno: string };
      readonly findings: readonly GateFinding[];
    }[];
  }[];
}

function refusalOf(output: string, name: string, what: string) {
  const { verdicts } = readAnswer(output, name) as Answer;
  const verdict = verdicts.find((one) => one.what === what);
  assert.ok(verdict, output);
  const last = verdict.refusals.at(-1);
  return { way: verdict.way, ...last?.refused, finding: last?.findings[0] };
}

describe('Security modules.', { skip, concurrency: guestsAtOnce }, () => {
  before(() => versions.forEach(fetchKernel));
  for (const version of versions) {
    test(`Where AppArmor refuses, nscope why names it and the profile: Linux ${version}.`, async () => {
      const command = [
        'mount -t securityfs securityfs /sys/kernel/security',
        ...loadAll,
        nameAnswer('userns', askIn('nscope-no-userns')),
        nameAnswer('mount', askIn('nscope-no-mount')),
        nameAnswer('free', `${nobody} ${nscopeInGuest} why --json`),
      ].join('\n');
      const output = await runInGuest(version, command, {
        kernelArguments: 'apparmor=1 lsm=lockdown,yama,apparmor,bpf',
      });

      const user = refusalOf(output, 'userns', 'user');
      assert.deepEqual([user.way, user.call, user.errno], [null, 'unshare', 'EACCES'], output);
      const { gate, certainty, evidence, fix } = user.finding ?? assert.fail('it has a finding');
      assert.deepEqual([gate, certainty], ['apparmor', 'certain']);
      assert.deepEqual(evidence, ['its profile is nscope-no-userns (enforce)']);
      assert.equal(fix.how, 'add the rule "userns," to the profile nscope-no-userns');

      // What is confined may make user namespaces and mount nothing in them.
      assert.equal(refusalOf(output, 'mount', 'user').way, 'directly');
      const proc = refusalOf(output, 'mount', 'proc');
      assert.deepEqual([proc.way, proc.call, proc.errno], [null, 'mount', 'EACCES']);
      assert.deepEqual([proc.finding?.gate, proc.finding?.certainty], ['apparmor', 'likely']);
      assert.deepEqual(proc.finding?.evidence, ['its profile is nscope-no-mount (enforce)']);

      for (const what of ['user', 'proc']) assert.notEqual(refusalOf(output, 'free', what).way, null);
    });

    test(`Where SELinux refuses, nscope why names it and the label: Linux ${version}.`, async () => {
      const ask = `${nobody} ${nscopeInGuest} why --json --type user`;
      const command = [
        'mount -t selinuxfs selinuxfs /sys/fs/selinux',
        `echo '${selinuxPolicy}' | base64 -d | gzip -d >/run/policy && cat /run/policy >/sys/fs/selinux/load || exit`,
        nameAnswer('permissive', `(echo -n ${closedLabel} >/proc/$BASHPID/attr/current && ${ask})`),
        'echo 1 >/sys/fs/selinux/enforce',
        nameAnswer('closed', `(echo -n ${closedLabel} >/proc/$BASHPID/attr/current && ${ask})`),
        nameAnswer('free', ask),
      ].join('\n');
      const output = await runInGuest(version, command, {
        kernelArguments: 'selinux=1 lsm=lockdown,yama,selinux,bpf',
      });
      for (const name of ['permissive', 'free']) assert.equal(refusalOf(output, name, 'user').way, 'directly', name);
      const user = refusalOf(output, 'closed', 'user');
      assert.deepEqual([user.way, user.call, user.errno], [null, 'unshare', 'EACCES'], output);
      assert.deepEqual([user.finding?.gate, user.finding?.certainty], ['selinux', 'certain']);
      assert.deepEqual(user.finding?.evidence, ['/sys/fs/selinux/enforce is 1', `its label is ${closedLabel}`]);
    });
  }
});
