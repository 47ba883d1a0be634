// What rules say of this host, and the commands that they print.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { Finding, Subject } from '../../src/analysis/findings/finding.ts';
import type { Rule } from '../../src/analysis/findings/rule.ts';
import { runRules } from '../../src/analysis/findings/run-rules.ts';
import { collectSnapshot } from '../../src/index.ts';

/** The finding of a rule about a subject, in a snapshot of this moment; undefined where there is none. */
export function findAbout(rule: Rule<never>, subject: Subject): Finding | undefined {
  const wanted = JSON.stringify(subject);
  return runRules(collectSnapshot(), [rule]).findings.find(({ subjects }) =>
    subjects.some((one) => JSON.stringify(one) === wanted),
  );
}

/** Runs commands as the shell of a user does. @throws AssertionError where it fails */
export function runCommand(command: string | undefined): void {
  assert.ok(command, 'the finding has a command');
  const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8', timeout: 20_000 });
  assert.deepEqual([status, stderr], [0, '']);
}
