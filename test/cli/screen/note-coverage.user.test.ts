// What reading verbs say on standard error beside their data: one line, once, and none with --quiet.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Snapshot } from '../../../src/model/snapshot/schema.ts';
import { snapshotOf } from '../../container-host.ts';
import { runInTurn, runNscope } from '../run-nscope.ts';

const verbs = [
  ['ls'],
  ['ls', 'self'],
  ['ls', '--hidden'],
  ['ps'],
  ['tree'],
  ['show', 'self', String(process.ppid)],
  ['holders', 'self'],
  ['compare'],
  ['diff', 'self', String(process.ppid)],
  ['groups'],
  ['listns'],
  ['workloads'],
  ['caps', 'self', 'self'],
  ['detect'],
  ['pid', 'self'],
] as const;

test('A user is told what is not seen in one line that is never said twice, and nothing with --quiet.', () => {
  const runs = verbs.flatMap((words): string[][] => [[...words], [...words, '--no-bpf'], [...words, '--quiet']]);
  const outcomes = runInTurn(runs.filter((words) => !(words[0] === 'detect' && words.includes('--no-bpf'))));
  let told = 0;
  for (const { words, stderr } of outcomes) {
    if (words.includes('--quiet')) {
      assert.equal(stderr, '', words.join(' '));
      continue;
    }
    const lines = stderr.split('\n').slice(0, -1);
    assert.equal(new Set(lines).size, lines.length, stderr);
    const coverage = lines.filter((line) =>
      /^nscope: (?:partial|not seen|all namespaces are listed, but): /.test(line),
    );
    assert.ok(coverage.length <= 1, stderr);
    for (const line of coverage) {
      told++;
      assert.match(line, /; nscope coverage(?: --no-bpf)? explains$/);
      assert.equal(line.includes('--no-bpf explains'), words.includes('--no-bpf'), line);
      assert.ok(line.length < 180, line);
    }
  }
  assert.ok(told >= 10, `${told} told`);
});

test('With --quiet errors are still told, and the exit status is the same.', () => {
  const [wrong, missing] = runInTurn([
    ['ls', '--quiet', '--type', 'no'],
    ['show', '-q', 'net:[1]'],
  ]);
  assert.match(wrong?.stderr ?? '', /^nscope: .*"no"/);
  assert.match(missing?.stderr ?? '', /^nscope: .*net:\[1\]/);
  assert.deepEqual([wrong?.status, missing?.status], [2, 1]);
});

test('Of a snapshot the remark names the file, as a shell reads it, and one of an older nscope is counted.', () => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope remarks-'));
  try {
    const { limits, ...coverage } = snapshotOf().coverage;
    assert.deepEqual(limits, []);
    const old: Snapshot = { ...snapshotOf(), coverage: { ...coverage, reasons: ['links\x1b[31m are refused', 'x'] } };
    const file = join(directory, 'old host.json');
    writeFileSync(file, JSON.stringify(old));
    const [ls, page] = runInTurn([
      ['ls', '--from', file],
      ['coverage', '--from', file],
    ]);
    const hint = `nscope coverage --from '${file}' explains`;
    assert.match(ls?.stderr ?? '', /^nscope: (?:partial|all namespaces are listed, but): for 2 reasons; .*\n$/);
    assert.ok(ls?.stderr.endsWith(`; ${hint}\n`), ls?.stderr);
    assert.match(page?.stdout ?? '', /links\\e\[31m are refused/);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('coverage says all that the one line stands for, and with --json the object that snapshot has.', () => {
  const page = runNscope(['coverage', '--no-bpf']);
  assert.equal(page.stderr, '');
  assert.match(page.stdout, /^partial: /);
  assert.match(page.stdout, /^ {2}not seen +the kernel's list/m);
  assert.match(page.stdout, /^ {2}why +the kernel was not asked for its list of all .*BPF was not to be used/m);
  assert.match(page.stdout, /^ {2}to lift it +let BPF be used/m);
  const { coverage } = JSON.parse(runNscope(['coverage', '--no-bpf', '--json']).stdout) as Pick<Snapshot, 'coverage'>;
  assert.equal(coverage.verdict, 'partial');
  for (const { brief, reason } of coverage.limits ?? [])
    assert.ok(page.stdout.includes(brief) || /\d/.test(brief), `${reason}\n${page.stdout}`);
  assert.ok((coverage.limits ?? []).some(({ code }) => code === 'list-not-read'));
});
