// The verb doctor on this host, as an ordinary user: findings, statuses, what is not decided.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Finding } from '../../src/analysis/findings/finding.ts';
import type { Undecided } from '../../src/analysis/findings/run-rules.ts';
import { conditionsOnDemand } from '../../src/model/snapshot/wanted.ts';
import { runNscope } from '../cli/run-nscope.ts';
import { hold } from '../held-process.ts';
import { missing } from '../tiers.ts';

const skip = missing({ unprivileged: true, commands: ['sh'] });
const only = ['doctor', '--no-bpf', '--only', 'init-does-not-reap'];

/** Starts a program that does not wait for four children that have ended. */
async function holdZombies() {
  const held = await hold('sh', ['-c', 'for i in 1 2 3 4; do sh -c "exit 0" & done; echo ready; exec sleep 60']);
  await sleep(300);
  return held;
}

test('A program that does not wait for its children is a finding, and is gone when it has ended.', {
  skip,
}, async () => {
  const held = await holdZombies();
  const find = () => {
    const { stdout, stderr } = runNscope([...only, '--json']);
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    assert.equal(stderr, '');
    return findings.filter(({ subjects }) => subjects.some((one) => one.kind === 'process' && one.pid === held.pid));
  };
  try {
    const [found] = find();
    assert.equal(found?.code, 'init-does-not-reap');
    assert.equal(found.severity, 'note');
    assert.match(found.says, /does not wait for 4 processes/);
    const about = runNscope([...only, String(held.pid), '--fail-on', 'note']);
    assert.equal(about.status, 1);
    assert.match(about.stdout, new RegExp(`^note: process ${held.pid} \\(sleep\\) does not wait for 4 `));
    assert.equal(runNscope([...only, String(held.pid)]).status, 0, 'a note is below the usual threshold');
    assert.equal(runNscope([...only, 'self', '--fail-on', 'note']).status, 0, 'nscope itself waits for all');
  } finally {
    await held.end();
  }
  assert.deepEqual(find(), []);
});

test('What a saved snapshot had is found again, and rules for which it has nothing are named.', { skip }, async () => {
  const held = await holdZombies();
  try {
    const saved = runNscope(['snapshot', '--no-bpf']).stdout;
    const again = runNscope(['doctor', '--from', '-', '--json'], saved);
    const { findings } = JSON.parse(again.stdout) as { findings: Finding[] };
    assert.ok(findings.some(({ subjects }) => JSON.stringify(subjects).includes(`"pid":${held.pid}`)));
    const { conditions: _, ...rest } = JSON.parse(saved) as Record<string, unknown>;
    const bare = JSON.stringify({ ...rest, workloads: { unknown: 'not-asked' } });
    const ofBare = JSON.parse(runNscope(['doctor', '--from', '-', '--json'], bare).stdout) as {
      findings: Finding[];
      undecided: Undecided[];
      notAsked: string[];
    };
    const { undecided, notAsked } = ofBare;
    for (const { why } of undecided) assert.match(why, /^the snapshot has no /);
    const rules = JSON.parse(runNscope(['doctor', '--rules', '--json']).stdout) as {
      rules: { code: string; needs: string[] }[];
    };
    const onDemand: readonly string[] = conditionsOnDemand;
    const isLarge = ({ needs }: { needs: string[] }) => needs.some((need) => onDemand.includes(need));
    const needing = rules.rules.filter((rule) => rule.needs.length > 0 && !isLarge(rule)).map(({ code }) => code);
    assert.deepEqual(
      notAsked,
      rules.rules.filter(isLarge).map(({ code }) => code),
    );
    assert.deepEqual([...new Set(undecided.map(({ code }) => code))].sort(), needing.sort());
    const text = runNscope(['doctor', '--from', '-'], bare);
    // Somebody else on this host may have done what is more than a note.
    const isWrong = ofBare.findings.some(({ severity }) => severity !== 'note');
    assert.ok(needing.length > 5, `${needing.length} rules need something`);
    assert.equal(text.status, isWrong ? 1 : 3);
    for (const code of needing) assert.ok(text.stderr.includes(code), code);
  } finally {
    await held.end();
  }
});

test('A rule and a severity that do not exist are refused with what was probably meant.', { skip }, () => {
  const wrong = runNscope(['doctor', '--only', 'init-does-not-rep']);
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /no rule "init-does-not-rep"; did you mean init-does-not-reap\?/);
  const severity = runNscope(['doctor', '--fail-on', 'eror']);
  assert.equal(severity.status, 2);
  assert.match(severity.stderr, /"eror" is not a severity; did you mean error\?/);
});
