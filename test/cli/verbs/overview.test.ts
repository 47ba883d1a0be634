// nscope alone on recorded hosts: what is printed, in which form, and what is said to words for ls.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import type { Snapshot } from '../../../src/model/snapshot/schema.ts';
import { container, snapshotOf } from '../../container-host.ts';
import { hostFact, hostInodes, linksOf, processFact } from '../../recorded-facts.ts';
import { idA, idB, shortA, withWorkloads } from '../../workloads/recorded-host.ts';
import { type Outcome, runInTurn } from '../run-nscope.ts';

const bare = buildSnapshot([hostFact(), { fact: 'user-name', uid: 0, name: 'root' }, processFact(1, ['/sbin/init'])]);
const pod = { ipc: 4026532601, net: 4026532602 };
const hosts: Readonly<Record<string, Snapshot>> = {
  container: snapshotOf(),
  bare,
  named: {
    ...bare,
    workloads: [
      {
        engine: 'podman',
        kind: 'container',
        id: '1',
        name: 'a\nnscope: b',
        certainty: 'certain',
        leader: null,
        pids: [],
        namespaces: [],
        evidence: [],
      },
    ],
  },
  whole: { ...bare, coverage: { ...bare.coverage, verdict: 'complete' } },
  pod: withWorkloads([
    { pid: 300, words: ['pause'], cgroup: `/docker/${idB}`, namespaces: linksOf({ ...pod, mnt: 4026532611 }) },
    { pid: 400, words: ['web', '\x1b[2J'], cgroup: `/docker/${idA}`, namespaces: linksOf({ ...pod, mnt: 4026532621 }) },
    { pid: 500, words: ['a'], comm: 'docker:\x1b[2J', namespaces: linksOf({ uts: 4026532631 }) },
  ]),
};

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'nscope-overview-'));
  for (const [name, snapshot] of Object.entries(hosts)) writeFileSync(join(directory, name), JSON.stringify(snapshot));
});
after(() => rmSync(directory, { recursive: true, force: true }));

function run(...runs: (readonly [host: string, ...words: string[]])[]): Outcome[] {
  return runInTurn(runs.map(([host, ...words]) => [...words, '--from', join(directory, host)]));
}

test('nscope alone gives each group a row, and this host the last.', () => {
  const [alone, verb, headless] = run(['container'], ['container', 'overview'], ['container', '-n']);
  assert.deepEqual(alone?.lines, [
    'WHOSE      NAMESPACES               PROCS  PID  USER  COMMAND',
    'net:blue   mnt net pid(2) user uts      3  201  ada   /usr/sbin/web --listen 80',
    'this host  all types (9)                7    1  root  /sbin/init',
  ]);
  assert.equal(verb?.stdout, alone?.stdout);
  assert.deepEqual(headless?.lines.length, 2);
});

test('Where there is nothing but this host’s own, each has a line with its inode number, and it is said.', () => {
  const [table, json, chosen, whole] = run(
    ['bare'],
    ['bare', '--json'],
    ['bare', '-o', 'group,count', '-n'],
    ['whole'],
  );
  assert.deepEqual(table?.lines, [
    'TYPE         INODE  PROCS  PID  USER  COMMAND',
    ...namespaceTypes.map((type) => `${type.padEnd(6)}  ${hostInodes[type]}      1    1  root  /sbin/init`),
  ]);
  // What was not looked for may be there.
  assert.match(table?.stderr ?? '', /^nscope: these are this host’s own namespaces; no others were seen$/m);
  assert.match(whole?.stderr ?? '', /^nscope: these are this host’s own namespaces; there are no others$/m);
  assert.equal(JSON.parse(json?.stdout ?? '').groups.length, 1);
  assert.deepEqual(chosen?.lines, ['this host  8']);
});

test('A name that a process chose begins no line of a message.', () => {
  for (const verb of ['show', 'ls', 'ps']) {
    const [outcome] = run(['named', verb, 'podman:zzz']);
    assert.match(outcome?.stderr ?? '', /^nscope: podman:zzz: [^\n]*a\\nnscope: b[^\n]*\n$/, verb);
    assert.equal(outcome?.status, 1);
  }
});

test('What containers of a pod share is said in the rows of both, and has a column only where there is any.', () => {
  const [table, filtered] = run(['pod', '--sort', '-pid', '-n'], ['pod', '--filter', 'kind == "process"']);
  const short = idB.slice(0, 12);
  assert.deepEqual(
    table?.lines.map((line) => line.replace(/ {2,}/g, '  ')),
    [
      'process 500  uts  -  1  500  0  a',
      `~docker:${shortA}  mnt  ipc net of ~docker:${short}  1  400  0  web \\e[2J`,
      `~docker:${short}  ipc mnt net  ipc net with ~docker:${shortA}  1  300  0  pause`,
      'this host  all types (8)  -  1  1  0  /sbin/init',
    ],
  );
  assert.match(filtered?.lines[0] ?? '', /^WHOSE +NAMESPACES +PROCS /);
  assert.equal(filtered?.lines.length, 2);
});

test('--json gives groups with every namespace once, what is shared, and the names of the fields.', () => {
  const [outcome, columns] = run(['pod', '--json'], ['pod', '--json', '-o', 'group,namespaces', '-t', 'uts']);
  const { groups, coverage } = JSON.parse(outcome?.stdout ?? '');
  assert.equal(coverage.verdict, 'partial');
  const listed = groups.flatMap(({ namespaces }: { namespaces: { type: string; inode: number }[] }) =>
    namespaces.map(({ type, inode }) => `${type}:${inode}`),
  );
  assert.deepEqual(listed.sort(), hosts['pod']?.namespaces.map(({ type, inode }) => `${type}:${inode}`).sort());
  const [web] = groups;
  assert.deepEqual(web, {
    group: `docker:${shortA}`,
    kind: 'workload',
    workload: { engine: 'docker', kind: 'container', name: shortA, id: idA, certainty: 'likely' },
    namespaces: [{ type: 'mnt', inode: 4026532621 }],
    shared: [
      { type: 'ipc', inode: pod.ipc, own: false, with: [`docker:${idB.slice(0, 12)}`] },
      { type: 'net', inode: pod.net, own: false, with: [`docker:${idB.slice(0, 12)}`] },
    ],
    processes: 1,
    inferred: 0,
    pid: 400,
    user: '0',
    command: 'web \x1b[2J',
  });
  assert.deepEqual(JSON.parse(columns?.stdout ?? '').groups, [
    { group: 'process 500', namespaces: ['uts:[4026532631]'] },
    { group: 'this host', namespaces: [`uts:[${hostInodes.uts}]`] },
  ]);
});

test('Words for ls are told so, and rows of which none is chosen are status 1.', () => {
  const [column, filter, unknown, tree, none] = run(
    ['container', '-o', 'type,inode'],
    ['container', '--filter', 'inode > 3'],
    ['container', '-o', 'colour'],
    ['container', '--tree'],
    ['container', '--filter', 'processes > 100'],
  );
  assert.match(
    column?.stderr ?? '',
    /^nscope: there is no column "type"; did you mean types\?; nscope ls has such columns$/m,
  );
  assert.match(
    filter?.stderr ?? '',
    /there is no column inode; .*; nscope ls has such columns\n {2}inode > 3\n {2}\^+\n/,
  );
  assert.match(unknown?.stderr ?? '', /there is no column "colour"; there are: group, .*command\n/);
  assert.match(
    tree?.stderr ?? '',
    /^nscope: nscope alone does not take these words, and ls does: nscope ls --tree --from /,
  );
  assert.deepEqual(
    [column, filter, unknown, tree, none].map((outcome) => outcome?.status),
    [2, 2, 2, 2, 1],
  );
});

test('No namespace is missing, whatever the types.', () => {
  const outcomes = run(...namespaceTypes.map((type) => ['container', '-t', type, '-o', 'namespaces', '-n'] as const));
  const listed = outcomes.flatMap(({ lines }) => lines.flatMap((line) => line.split(' ')));
  const all = hosts['container']?.namespaces.map(({ type, inode }) => `${type}:[${inode}]`);
  assert.ok(listed.includes(`pid:[${container.nestedPid}]`));
  assert.deepEqual(listed.sort(), all?.sort());
});
