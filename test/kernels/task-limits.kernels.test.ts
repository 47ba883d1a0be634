// Limits of tasks in control groups of version 2, which the usual host of the tests has not: nested ones, with refused forks.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Finding } from '../../src/analysis/findings/finding.ts';
import { missing } from '../tiers.ts';
import { fetchKernel, guestNeeds, nscopeInGuest, runInGuest } from './guest.ts';
import { nameAnswer, readAnswer } from './guest-answers.ts';
import { guestsAtOnce } from './slots.ts';

const skip = missing(guestNeeds);
const versions = ['6.1', '7'] as const;

const outer = '/sys/fs/cgroup/outer';
const doctor = `${nscopeInGuest} doctor --json --only task-limit-near`;

/** Starts as many as it may of 30, in the control group of a name. */
function fill(group: string): string {
  return `bash -c 'echo $$ >${group}/cgroup.procs; for i in $(seq 30); do sleep 1000 & done; wait' 2>/dev/null & sleep 8`;
}

/** Again and again: a shell that is refused a fork tries again some seconds later, and may have one more child by then. */
const endAll = `while grep -q . ${outer}/inner/cgroup.procs; do kill -9 $(cat ${outer}/inner/cgroup.procs); sleep 0.2; done 2>/dev/null`;

function findIn(output: string, name: string): readonly Finding[] {
  const { findings } = readAnswer(output, name) as { readonly findings: readonly Finding[] };
  return findings.filter(({ subjects: [subject] }) => subject?.kind === 'path' && subject.path.startsWith(outer));
}

describe('Limits of tasks.', { skip, concurrency: guestsAtOnce }, () => {
  before(() => versions.forEach(fetchKernel));
  for (const version of versions) {
    test(`A control group of version 2 at its limit, or below one at its limit, is named; its fix helps: Linux ${version}.`, async () => {
      const command = [
        'echo +pids >/sys/fs/cgroup/cgroup.subtree_control',
        `mkdir -p ${outer}/inner && echo +pids >${outer}/cgroup.subtree_control`,
        `echo 12 >${outer}/inner/pids.max`,
        fill(`${outer}/inner`),
        nameAnswer('inner', doctor),
        `sh -c 'echo "$1" > "$2"' sh 24 ${outer}/inner/pids.max`,
        nameAnswer('raised', doctor),
        endAll,
        `echo max >${outer}/inner/pids.max; echo 14 >${outer}/pids.max`,
        fill(`${outer}/inner`),
        nameAnswer('outer', doctor),
        endAll,
        nameAnswer('ended', doctor),
      ].join('\n');
      const output = await runInGuest(version, command);

      const [inner, ...more] = findIn(output, 'inner');
      assert.ok(inner && more.length === 0, output);
      assert.deepEqual(inner.subjects, [{ kind: 'path', path: `${outer}/inner/pids.max` }]);
      assert.match(inner.says, /^the control group \/sys\/fs\/cgroup\/outer\/inner has 1[12] tasks of at most 12$/);
      assert.match(inner.seen.join('\n'), /forks that were refused so far: [1-9]/);
      assert.deepEqual(
        inner.fixes.map(({ command }) => command),
        [`sh -c 'echo "$1" > "$2"' sh 24 ${outer}/inner/pids.max`],
      );

      // It was at its limit once, which is a note.
      const raised = findIn(output, 'raised');
      assert.deepEqual(
        raised.map(({ severity, says }) => `${severity}: ${says.replace(/\d+ of/, 'N of')}`),
        [`note: the control group ${outer}/inner was at its limit of tasks, and has N of at most 24 now`],
      );

      const [above, ...others] = findIn(output, 'outer');
      assert.ok(above && others.length === 0, output);
      assert.deepEqual(above.subjects, [{ kind: 'path', path: `${outer}/pids.max` }]);
      assert.match(above.says, / has 1[34] tasks of at most 14$/);

      assert.deepEqual(findIn(output, 'ended'), []);
    });
  }
});
