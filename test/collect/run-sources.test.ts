// What a source leaves reaches those after it, and nobody else: sources here are scripted, their facts recorded.
import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { runSources } from '../../src/collect/run-sources.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';
import type { Inputs, Source } from '../../src/sources/index.ts';
import { hostFact, linksOf, processFact } from '../recorded-facts.ts';

const { host } = hostFact();

function source(name: string, run: Source['run']): Source {
  return { name, question: `${name}?`, run };
}

test('Tasks that come after the kernel gave all are withheld where they are older than nscope.', () => {
  let seen: Inputs['tasks'] | undefined;
  const before: unknown[] = [];
  runSources(host, wantEverything, [
    source('kernel', ({ tasks }, report) => {
      for (const pid of [5, host.vantage.pid]) report.emit(processFact(pid, ['daemon']));
      before.push(tasks.readByBpf, tasks.withheld.length, tasks.cgroupSets.size);
      return { tasksByBpf: { cgroupSets: new Map([[5, 1]]) } };
    }),
    source('proc', (_, report) => {
      for (const pid of [1, host.vantage.pid + 1]) report.emit(processFact(pid, ['init']));
    }),
    source('last', ({ tasks }) => {
      seen = tasks;
    }),
  ]);
  assert.deepEqual(before, [false, 0, 0]);
  assert.ok(seen?.readByBpf);
  assert.deepEqual(
    seen.withheld.map(({ pid }) => pid),
    [1],
  );
  assert.deepEqual([...seen.cgroupSets], [[5, 1]]);
  assert.deepEqual([...seen.inits], [1]);
});

test('What a source leaves for later is done when all have run, and counts for that source.', () => {
  const order: string[] = [];
  const facts = runSources(host, wantEverything, [
    source('early', (_, report) => {
      order.push('early');
      report.asked(2);
      return {
        rest() {
          order.push('rest');
          report.emit({ fact: 'nested-pids', pid: 7, pids: [7, 1] });
        },
      };
    }),
    { ...source('never', () => void order.push('never')), skip: () => 'not here' },
    source('late', () => void order.push('late')),
  ]);
  assert.deepEqual(order, ['early', 'late', 'rest']);
  const lines = facts.flatMap((fact) => (fact.fact === 'coverage' ? [fact.coverage] : []));
  assert.deepEqual(
    lines.map(({ source, ran, skipped, asked, found }) => ({ source, ran, skipped, asked, found })),
    [
      { source: 'never', ran: false, skipped: 'not here', asked: 0, found: 0 },
      { source: 'late', ran: true, skipped: undefined, asked: 0, found: 0 },
      { source: 'early', ran: true, skipped: undefined, asked: 2, found: 1 },
    ],
  );
});

test('A namespace that is kept is reached by its descriptor first, until all have run; too many are refused.', () => {
  const kept: number[] = [];
  const open = () => {
    const fd = openSync('/dev/null', 'r');
    kept.push(fd);
    return fd;
  };
  let paths: readonly string[] = [];
  const facts = runSources(host, wantEverything, [
    source('finds', (_, report) => {
      report.emit(processFact(7, ['one'], { namespaces: linksOf({ net: 1 }) }));
      for (let inode = 1; inode <= 513; inode++) report.keep('net', inode, open());
      report.keep('net', 1, open());
    }),
    source('asks', ({ namespaces }) => {
      paths = namespaces.list().find(({ type, inode }) => type === 'net' && inode === 1)?.paths ?? [];
      assert.ok(existsSync(`/proc/self/fd/${kept[0]}`));
    }),
  ]);
  assert.deepEqual(paths, [`/proc/self/fd/${kept[0]}`, '/proc/7/ns/net']);
  const [coverage] = facts.flatMap((fact) => (fact.fact === 'coverage' ? [fact.coverage] : []));
  assert.deepEqual(coverage?.refusals, [
    { what: 'keeping a namespace open', errno: 'EMFILE', count: 1, example: 'net:[513]' },
  ]);
  for (const fd of kept) assert.throws(() => closeSync(fd), { code: 'EBADF' });
});

test('The same list of facts again is counted, and taken once.', () => {
  const list = [processFact(7, ['one'])];
  const facts = runSources(host, wantEverything, [
    source('first', (_, report) => report.emitAll(list)),
    source('again', (_, report) => report.emitAll(list)),
  ]);
  assert.equal(facts.filter(({ fact }) => fact === 'process').length, 1);
  assert.deepEqual(
    facts.flatMap((fact) => (fact.fact === 'coverage' ? [fact.coverage.found] : [])),
    [1, 1],
  );
});
