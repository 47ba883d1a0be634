// What nscope detect read on other kernels, with the truth: evidence/KERNEL.jsonl, written by test/kernel/detect/record.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatScores, formatVerdicts, type KnownObservation } from './rightness.ts';

const directory = join('test', 'analysis', 'detect', 'evidence');

/** By kernel, in the order of their ages. */
export function readRecorded(): ReadonlyMap<string, readonly KnownObservation[]> {
  const kernels = readdirSync(directory)
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => file.replace(/\.jsonl$/, ''))
    .sort((a, b) => compareReleases(a, b));
  return new Map(kernels.map((kernel) => [kernel, readObservations(join(directory, `${kernel}.jsonl`))]));
}

function readObservations(file: string): KnownObservation[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as KnownObservation);
}

function compareReleases(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

/** The tables of docs/detect.md that come from the recorded evidence, each by its heading. */
export function formatRecordedTables(): ReadonlyMap<string, readonly string[]> {
  const recorded = readRecorded();
  const [first, last] = [[...recorded.keys()][0] ?? '', [...recorded.keys()].at(-1) ?? ''];
  return new Map([
    ['methods', formatScores(recorded)],
    [`verdicts on ${first}`, formatVerdicts(recorded.get(first) ?? [])],
    [`verdicts on ${last}`, formatVerdicts(recorded.get(last) ?? [])],
  ]);
}
