import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../../src/model/facts/limits.ts';
import type { Coverage, Limit } from '../../../src/model/snapshot/schema.ts';
import { describeCoveragePage } from '../../../src/render/pages/coverage-page.ts';
import { formatPage } from '../../../src/render/pages/show-page.ts';
import { makePalette } from '../../../src/render/words/colours.ts';

const source = { question: 'q?', ran: true, asked: 1, found: 1, refused: 0, refusals: [], durationMs: 1.5 };

function print(told: Partial<Coverage>): string {
  const whole = {
    verdict: 'complete',
    reasons: [],
    lifts: [],
    unseenHolders: [],
    disagreements: [],
    sources: [],
  } as const;
  const page = describeCoveragePage({ ...whole, ...told });
  return [...formatPage(page, { width: undefined, palette: makePalette() })].join('\n');
}

function limitedBy(...told: Limit[]): Pick<Coverage, 'limits' | 'reasons'> {
  return { limits: told, reasons: told.map(({ reason }) => reason) };
}

test('Where nothing was missed the page says so, and which sources were asked.', () => {
  assert.equal(
    print({ limits: [], sources: [{ ...source, source: 'tasks' }] }),
    'complete: the kernel listed all namespaces\n\n  asked  1 sources, in 2 ms',
  );
});

test('Each limit has why, what it means and what would lift it; a namespace is called missing only where one may be.', () => {
  const withheld = limits.linksRefused([1, 7], 'EACCES', false);
  const complete = print({ ...limitedBy(withheld) });
  assert.match(complete, /^complete: .* details of some are not known$/m);
  assert.match(complete, /^ {2}not seen {4}2 processes withheld$/m);
  assert.match(complete, /^ {2}why {9}the namespace links of 2 processes \(the first: 1\) are refused \(EACCES\)$/m);
  assert.match(complete, /^ {2}means {7}in which namespaces these are is inferred/m);
  assert.match(complete, /^ {2}to lift it {2}run as root of the host$/m);
  assert.doesNotMatch(complete, /missing/);
  const partial = print({ ...limitedBy(withheld), verdict: 'partial' });
  assert.match(partial, /^partial: .* one may be missing$/m);
  assert.match(partial, /^ {2}means .*; a namespace that they alone are in may be missing$/m);
});

test('What would lift nothing is said to be nothing.', () => {
  assert.match(
    print(limitedBy(limits.linksRefused([1], 'EACCES', true))),
    /to lift it {2}nothing that nscope knows of$/m,
  );
});

test('What was tried and refused has its errno, and of BPF the type of the program; what did not run has its reason.', () => {
  const refusals = [
    { what: 'the task list, with BPF', errno: 'EPERM', count: 1, example: 'bpf(PROG_LOAD, iter/task)' },
    { what: 'open descriptors', errno: 'EACCES', count: 12, example: '/proc/1/fd' },
  ];
  const text = print({
    sources: [
      { ...source, source: 'a', refusals },
      { ...source, source: 'b', ran: false, skipped: 'BPF was not to be used' },
      { ...source, source: 'c', ran: false, skipped: 'BPF was not to be used' },
    ],
    unseenHolders: [{ kind: 'fd', why: 'refused' }],
    disagreements: ['net:[1] is not in the list'],
  });
  assert.match(text, /^ {2}refused {4}the task list, with BPF {2}EPERM {4}1x {2}bpf\(PROG_LOAD, iter\/task\)$/m);
  assert.match(text, /^ {13}open descriptors {9}EACCES {2}12x {2}\/proc\/1\/fd$/m);
  assert.match(text, /^ {2}not asked {2}b, c: BPF was not to be used$/m);
  assert.match(text, /^ {2}holders {4}not looked for everywhere:\n {13}open descriptors \(refused\)$/m);
  assert.match(text, /^ {2}disagree {3}net:\[1\] is not in the list$/m);
});

test('Of a snapshot without short words the sentences are shown as they are, and nothing of them obeys a terminal.', () => {
  const text = print({ verdict: 'partial', reasons: ['links are refused', 'x\x1b[31m'], lifts: ['run as root'] });
  assert.match(text, /^ {2}not seen {4}links are refused\n {14}x\\e\[31m\n {2}to lift it {2}run as root$/m);
});
