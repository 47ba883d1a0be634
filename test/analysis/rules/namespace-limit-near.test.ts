import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runRules } from '../../../src/analysis/findings/run-rules.ts';
import { namespaceLimitNear } from '../../../src/analysis/rules/namespace-limit-near.ts';
import type { Conditions, NamespaceCount } from '../../../src/model/snapshot/schema.ts';
import { countedHost, countsOf, initial, inner, limitsOf, outer } from '../limits/counted-host.ts';

function judge(namespaceCounts: readonly NamespaceCount[], others: Conditions = {}) {
  return runRules(countedHost({ sysctls: {}, namespaceCounts, ...others }), [namespaceLimitNear]);
}

test('At the limit it is an error, near it a warning, and far from it nothing.', () => {
  const severities = [3, 4, 1000].map((max) => judge(countsOf(max)).findings.map(({ severity }) => severity));
  assert.deepEqual(severities, [['error'], [], []]);
  const ten = [{ userNamespace: outer, max: limitsOf(10), accounts: [{ uid: 1000, counts: { pid: 9 } }] }];
  assert.deepEqual(
    judge(ten).findings.map(({ severity, says }) => [severity, says]),
    [['warning', `uid 1000 has 9 of at most 10 pid namespaces in user:[${outer}]`]],
  );
});

test('The limit is raised where it is set: by sysctl on the host, else inside of the user namespace.', () => {
  const counts = [initial, outer].map((userNamespace) => ({
    userNamespace,
    max: limitsOf(5),
    accounts: [{ uid: 1000, counts: { net: 5 } }],
  }));
  assert.deepEqual(
    judge(counts).findings.map(({ fixes }) => fixes[0]?.command),
    [
      'sysctl -w user.max_net_namespaces=10',
      `nscope enter 'user:[${outer}]' -- sh -c 'echo 10 > /proc/sys/user/max_net_namespaces'`,
    ],
  );
});

test('What somebody closed is a note: a limit of 0, and of 1 that bubblewrap uses up itself.', () => {
  const counts = [
    { userNamespace: inner, max: limitsOf(99, { user: 1, net: 0 }), accounts: [{ uid: 1000, counts: { user: 1 } }] },
  ];
  const { findings } = judge(counts);
  assert.deepEqual(
    findings.map(({ severity, says }) => [severity, says]),
    [['note', `in user:[${inner}] no more namespaces can be made of type user, net: the limit was set so`]],
  );
});

test('Without the kernel’s counts what is seen is compared, and the rest is not decided.', () => {
  const snapshot = countedHost({ sysctls: { 'user.max_net_namespaces': '3' } });
  const { findings, undecided } = runRules(snapshot, [namespaceLimitNear]);
  assert.deepEqual(
    findings.map(({ severity, subjects }) => [severity, subjects[1]]),
    [['error', { kind: 'user', uid: 1000 }]],
  );
  assert.match(undecided[0]?.why ?? '', /^the kernel's counts of namespaces are not known/);
});
