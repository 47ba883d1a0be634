// What rules find on this host by the library, some time from now, and the fixes that they print.
import { execFileSync } from 'node:child_process';
import type { Finding } from '../../src/analysis/findings/finding.ts';
import { runRules, type Verdicts } from '../../src/analysis/findings/run-rules.ts';
import { rules } from '../../src/analysis/rules/index.ts';
import { collectSnapshot } from '../../src/index.ts';

/** @param laterMs - how much later the moment of the snapshot is put, so that what was just made looks old */
export function diagnose(code: string, laterMs = 0): Verdicts {
  const snapshot = collectSnapshot();
  const takenAt = new Date(Date.parse(snapshot.host.takenAt) + laterMs).toISOString();
  return runRules(
    { ...snapshot, host: { ...snapshot.host, takenAt } },
    rules.filter((rule) => rule.code === code),
  );
}

/** Those about one thing. */
export function about({ findings }: Verdicts, subject: Finding['subjects'][number]): readonly Finding[] {
  const wanted = JSON.stringify(subject);
  return findings.filter(({ subjects }) => subjects.some((one) => JSON.stringify(one) === wanted));
}

/** Runs the commands of its fixes, as a person would. */
export function applyFixes({ fixes }: Finding): void {
  for (const { command } of fixes) if (command !== undefined) execFileSync('sh', ['-c', command]);
}
