// An experiment as it is printed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExperimentReport } from '../../../src/model/evidence/experiment-report.ts';
import { formatExperiment, summarize } from '../../../src/render/pages/lab-page.ts';
import { makePalette } from '../../../src/render/words/colours.ts';

const report: ExperimentReport = {
  name: 'handled-signal',
  claim: 'A signal reaches the init.',
  source: 'a document',
  verdict: 'as described',
  commands: [
    {
      command: 'init',
      background: true,
      output: 'ready\ncaught \x1b[31m\n',
      pieces: [
        { during: 0, text: 'ready\n' },
        { during: 1, text: 'caught \x1b[31m\n' },
      ],
      status: 137,
    },
    { command: 'kill 1', background: false, output: 'x\ty\n', pieces: [{ during: 1, text: 'x\ty\n' }], status: 1 },
  ],
  checks: [{ what: 'the word', expected: 'caught', answered: 'caught', holds: true }],
  durationMs: 5,
};

const print = (one: ExperimentReport, width?: number) => [
  ...formatExperiment(one, { width, palette: makePalette(), prompt: '#' }),
];

test('Commands stand in their order, with what others wrote meanwhile, and nothing reaches the terminal as it is.', () => {
  assert.deepEqual(print(report), [
    'handled-signal: as described',
    '  A signal reaches the init.',
    '  From: a document.',
    '',
    '  # init &',
    '  ready',
    '  # kill 1',
    '  caught \\e[31m',
    '  x        y',
    '  (status 1)',
    '',
    '  - the word: caught',
  ]);
});

test('A difference is told beside what is described, and a refusal with its reason.', () => {
  const differing = { what: 'the PID', expected: '1', answered: '7', holds: false };
  const differs = print({ ...report, verdict: 'differs on this kernel', checks: [differing], reason: 'x' });
  assert.equal(differs.at(-1), '  - the PID: 7; described is 1');
  const refused = print({ ...report, verdict: 'not permitted here', checks: [], reason: 'no user namespaces' }, 40);
  assert.equal(refused.at(-1), '  no user namespaces');
  assert.equal(
    summarize([report, report, { ...report, verdict: 'differs on this kernel' }]),
    '3 experiments: 2 as described, 1 differs on this kernel',
  );
});
