import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { listPids } from '../../../src/kernel/proc/pids.ts';
import { listThreads, readProcTable } from '../../../src/kernel/proc/proc-table.ts';
import { countDescriptors } from '../open-descriptors.ts';
import { tableNames } from './read-proc-table.ts';

const { ENOENT, EINVAL, EISDIR } = constants.errno;
const program = fileURLToPath(new URL('./read-proc-table.js', import.meta.url));
const large = Buffer.from(Array.from({ length: 10_000 }, (_, i) => i % 251));
let root = '';

before(() => {
  root = mkdtempSync(join(tmpdir(), 'nscope-proc-'));
  for (const name of ['1', '22', '22/task/23']) {
    mkdirSync(join(root, name, 'ns'), { recursive: true });
    mkdirSync(join(root, name, 'directory'));
    symlinkSync(name === '22' ? 'net:[4026532992]' : 'net:[4026531833]', join(root, name, 'ns', 'net'));
    symlinkSync('net:4026531833', join(root, name, 'ns', 'strange'));
    writeFileSync(join(root, name, 'stat'), `stat of ${name}\n`);
    writeFileSync(join(root, name, 'large'), large);
    writeFileSync(join(root, name, 'empty'), '');
  }
  writeFileSync(join(root, '4444'), 'no directory');
});
after(() => rmSync(root, { recursive: true }));

interface Row {
  readonly name: string;
  readonly errno: number;
  readonly uid: number;
  readonly links: readonly number[];
  readonly files: readonly (string | number)[];
}

function readTable(maxBytes: number, addon: string | undefined): Row[] {
  return runProgram([root, String(maxBytes)], addon) as Row[];
}

/** @returns what it printed, once it is sure that the addon read it, or did not */
function runProgram(words: readonly string[], addon: string | undefined): unknown {
  const { status, stdout, stderr } = startProgram(words, addon);
  assert.equal(status, 0, stderr);
  const { hasAddon, entries } = JSON.parse(stdout) as { hasAddon: boolean; entries: unknown };
  assert.equal(hasAddon, addon !== 'none', 'the addon is loaded where it is to be');
  return entries;
}

function startProgram(words: readonly string[], addon: string | undefined) {
  const env = { ...process.env };
  delete env['NSCOPE_ADDON'];
  return spawnSync(process.execPath, [program, ...words], {
    encoding: 'utf8',
    env: addon === undefined ? env : { ...env, NSCOPE_ADDON: addon },
  });
}

/** Four tasks that sleep, one without a command line, one that ended, and one whose file is not as it should be. */
function makeTasks(strange: string): string {
  const tasks = mkdtempSync(join(tmpdir(), 'nscope-proc-tasks-'));
  const fields = ' 1 2 3 4 5 2129984 6 7 8 9 10 11 12 13 20 0 3 0 8589934600 14 15\n';
  for (const [name, stat] of [
    ['1', `1 (init) S${fields}`],
    ['22', `22 (a) b (c)) R${fields}`],
    ['22/task/23', `23 () Z${fields}`],
    ['5', strange],
    ['6', `6 (\u00e9\n) D${fields}`],
  ] as const) {
    mkdirSync(join(tasks, name, 'ns'), { recursive: true });
    symlinkSync(name === '1' ? 'net:[4026532992]' : 'net:[4026531833]', join(tasks, name, 'ns', 'net'));
    symlinkSync('mnt:[4026531832]', join(tasks, name, 'ns', 'mnt'));
    writeFileSync(join(tasks, name, 'stat'), stat);
    writeFileSync(join(tasks, name, 'cmdline'), `line of ${name}`);
  }
  rmSync(join(tasks, '6', 'cmdline'));
  // A process of a kernel without namespaces, or one that is just ending.
  mkdirSync(join(tasks, '7'));
  writeFileSync(join(tasks, '7', 'stat'), `7 (bare) S${fields}`);
  return tasks;
}

for (const [how, addon] of [
  ['with the addon', undefined],
  ['by Node alone', 'none'],
] as const)
  test(`Links and files come in the order asked for, each with its value or its errno, ${how}.`, () => {
    const rows = readTable(20_000, addon);
    assert.deepEqual(
      rows.map(({ name }) => name),
      tableNames,
    );
    const [one, two, gone, , thread] = rows;
    assert.deepEqual(one?.links, [4026531833, -ENOENT, -EINVAL]);
    assert.deepEqual(two?.links, [4026532992, -ENOENT, -EINVAL]);
    assert.deepEqual(thread?.links, one?.links);
    assert.equal(one?.uid, process.geteuid?.());
    assert.deepEqual([gone?.errno, gone?.links, gone?.files], [ENOENT, [], []]);
    const [stat, missing, whole, empty, directory] = two?.files ?? [];
    assert.equal(Buffer.from(String(stat), 'base64').toString(), 'stat of 22\n');
    assert.deepEqual([missing, empty, directory], [-ENOENT, '', -EISDIR]);
    assert.deepEqual(Buffer.from(String(whole), 'base64'), large);
  });

test('The addon and Node alone read the same, wherever files are cut.', () => {
  for (const maxBytes of [1, 4, 4095, 4096, 4097, 8192, 10_000, 10_001])
    assert.deepEqual(readTable(maxBytes, undefined), readTable(maxBytes, 'none'), `cut at ${maxBytes}`);
  const cut = Buffer.from(String(readTable(4097, undefined)[0]?.files[2]), 'base64');
  assert.deepEqual(cut, large.subarray(0, 4097));
});

test('The addon and Node alone tell the same of tasks, whatever their names and their state.', () => {
  const tasks = makeTasks('');
  try {
    const told = runProgram([tasks, 'tasks'], undefined) as Record<string, unknown>[];
    assert.deepEqual(
      told.map(({ name, comm, errno }) => [name, comm ?? errno]),
      [
        ['1', 'init'],
        ['22', 'a) b (c)'],
        ['333', ENOENT],
        ['22/task/23', ''],
        ['6', '\u00e9\n'],
        ['7', 'bare'],
        ['22', 'a) b (c)'],
      ],
    );
    const { links, commandLine, uid, ...first } = told[0] ?? {};
    assert.deepEqual([links, commandLine, uid], [[4026532992, 4026531832], ['line of 1'], process.geteuid?.()]);
    assert.deepEqual(first, {
      ...{ name: '1', fact: 'process', pid: 1, tid: 1, ppid: 1, state: 'S', comm: 'init', threads: 3 },
      ...{ startTimeTicks: 8589934600, kernelThread: true, namespaces: {}, cgroup: { unknown: 'not-asked' } },
    });
    assert.deepEqual(told.find(({ name }) => name === '7')?.['links'], [-ENOENT, -ENOENT]);
    const byNode = runProgram([tasks, 'tasks'], 'none') as Record<string, unknown>[];
    assert.deepEqual(byNode.map(sorted), told.map(sorted));
  } finally {
    rmSync(tasks, { recursive: true });
  }
});

function sorted(told: Record<string, unknown>) {
  return Object.fromEntries(Object.entries(told).sort());
}

for (const [how, addon] of [
  ['with the addon', undefined],
  ['by Node alone', 'none'],
] as const)
  test(`A stat file that is not as its man page has it is an error that names the field, ${how}.`, () => {
    for (const [stat, field] of [
      ['5 (a) S 1 2 3 4 5 x', 'flags'],
      ['5 (a', 'comm'],
      ['5 (a)', 'state'],
      ['5 (a) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16', 'num_threads'],
    ] as const) {
      const tasks = makeTasks(stat);
      const { status, stderr } = startProgram([tasks, 'tasks'], addon);
      rmSync(tasks, { recursive: true });
      assert.equal(status, 1);
      assert.match(stderr, new RegExp(`/proc/PID/stat, line 1: cannot read ${field} in`));
    }
  });

test('A reading that is not taken to its end gives its descriptors back.', () => {
  const open = countDescriptors();
  const names = Array.from({ length: 5000 }, () => '22');
  for (const { name } of readProcTable({ root, names, links: ['ns/net'], files: ['stat'], maxFileBytes: 100 })) {
    assert.equal(name, '22');
    break;
  }
  assert.equal(countDescriptors(), open);
});

test('Names by the thousand come back in order, with descriptors closed.', () => {
  const open = countDescriptors();
  const names = Array.from({ length: 5000 }, (_, i) => (i % 3 === 0 ? '22' : '1'));
  const entries = [...readProcTable({ root, names, links: ['ns/net'], files: ['stat'], maxFileBytes: 100 })];
  assert.deepEqual(
    entries.map(({ name, links }) => [name, links[0]]),
    names.map((name) => [name, name === '22' ? 4026532992 : 4026531833]),
  );
  assert.equal(countDescriptors(), open);
});

test('Nothing is asked of no names, and a root that is not there is an error.', () => {
  const question = { links: [], files: [], maxFileBytes: 1 };
  assert.deepEqual([...readProcTable({ ...question, root: '/nonexistent', names: [] })], []);
  assert.throws(() => [...readProcTable({ ...question, root: '/nonexistent', names: ['1'] })], {
    code: 'ENOENT',
    syscall: 'open',
  });
});

test('The PIDs of a directory are its entries that begin with a digit, by number.', () => {
  assert.deepEqual(listPids(root), [1, 22, 4444]);
  assert.ok(listPids().includes(process.pid));
  assert.throws(() => listPids('/nonexistent'), { code: 'ENOENT' });
});

test('The threads of a process hold its own number; those of none are none.', () => {
  assert.ok(listThreads(process.pid).includes(process.pid));
  assert.deepEqual(listThreads(2 ** 22 + 1), []);
});
