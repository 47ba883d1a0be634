// Workloads on the command line, from a recorded snapshot: the listings, targets, and what hostile names do not do.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { linksOf } from '../../recorded-facts.ts';
import { idA, idB, ownLinks, withWorkloads } from '../../workloads/recorded-host.ts';
import { type Outcome, runInTurn } from '../run-nscope.ts';

const hostile = '\x1b]0;x\x07\u202ename\nline';
const idC = 'c3'.repeat(32);

const conmon = (pid: number, id: string, name: string) => ({
  pid,
  comm: 'conmon',
  words: ['conmon', '-c', id, '-n', name],
});

const inPidNamespace = linksOf({ mnt: 4026532001, net: 4026533001, pid: 4026534001 });

const snapshot = withWorkloads([
  conmon(200, idA, 'web'),
  { pid: 201, ppid: 200, words: ['nginx'], namespaces: inPidNamespace, pids: [201, 1] },
  conmon(300, idB, 'web'),
  { pid: 301, ppid: 300, words: ['nginx'], namespaces: ownLinks(2) },
  conmon(400, idC, hostile),
  { pid: 401, ppid: 400, words: ['evil'], namespaces: ownLinks(3) },
  { pid: 501, words: ['init'], cgroup: '/lxc.payload.box', namespaces: ownLinks(4) },
  { pid: 502, ppid: 501, words: ['sshd'], cgroup: '/lxc.payload.box', namespaces: ownLinks(4) },
  { pid: 601, words: ['sshd'], cgroup: '/system.slice/ssh.service' },
  { pid: 900, words: ['nscope'] },
]);

let directory = '';
let file = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'nscope-workloads-'));
  file = join(directory, 'host.json');
  writeFileSync(file, JSON.stringify(snapshot));
});
after(() => rmSync(directory, { recursive: true, force: true }));

function run(...runs: readonly (readonly string[])[]): Outcome[] {
  return runInTurn(runs.map((words) => [...words, '--from', file]));
}

test('workloads lists all but units without namespaces, and --all these as well.', () => {
  const [usual, all, chosen] = run(
    ['workloads', '-o', 'workload,kind,processes,pid'],
    ['workloads', '-a', '-o', 'workload,kind', '--filter', 'kind == "unit"'],
    ['workloads', '--json', '-o', 'workload,types', '--filter', 'engine == "lxc"'],
  );
  assert.equal(usual?.status, 0, usual?.stderr);
  assert.deepEqual(
    usual?.lines.map((line) => line.split(/\s+/)[0]),
    ['WORKLOAD', '~lxc:box', '~podman:\\e]0;x\\x07\\u{202e}name\\nline', '~podman:web', '~podman:web'],
  );
  assert.deepEqual(all?.lines.slice(1), ['~systemd:ssh.service  unit']);
  const { workloads } = JSON.parse(chosen?.stdout ?? '') as { workloads: unknown };
  assert.deepEqual(workloads, [{ workload: 'lxc:box', types: ['mnt', 'net'] }]);
});

test('A workload is a target of every verb that takes one: for its namespaces, its processes or its leader.', () => {
  const outcomes = run(
    ['ls', 'lxc:box', '-o', 'inode,workload'],
    ['ls', 'box', '-o', 'inode'],
    ['ps', 'lxc:box', '-o', 'pid,workload'],
    ['tree', 'lxc:box', '--json'],
    ['holders', 'lxc:box', '-o', 'pid'],
    ['show', 'lxc:box'],
    ['compare', 'lxc:box'],
    ['diff', 'lxc:box', `podman:${idA.slice(0, 4)}`],
    ['pid', '1', '--in', `podman:${idA}`],
    ['show', '502'],
    ['show', 'mnt:[4026532004]'],
  );
  for (const { words, status, stderr } of outcomes)
    assert.equal(status, words[0] === 'diff' ? 1 : 0, `${words.join(' ')}: ${stderr}`);
  const [ls, bare, ps, tree, holders, show, , , pid, process, namespace] = outcomes;
  assert.deepEqual(ls?.lines.slice(1), ['4026532004  ~lxc:box', '4026533004  ~lxc:box']);
  assert.deepEqual(bare?.lines.slice(1), ['4026532004', '4026533004']);
  assert.deepEqual(ps?.lines.slice(1), ['501  ~lxc:box', '502  ~lxc:box']);
  assert.match(tree?.stdout ?? '', /"pid":\s?501/);
  assert.match(holders?.stdout ?? '', /501\n[\s\S]*502\n/);
  assert.match(
    show?.stdout ?? '',
    /^lxc:box {2}machine\n[\s\S]*cgroup: \/lxc\.payload\.box\n[\s\S]*501 {2}0 {2}init\n/,
  );
  assert.equal(pid?.stdout, '201\n');
  for (const page of [process, namespace]) assert.match(page?.stdout ?? '', /^ {2}workload +~lxc:box$/m);
});

test('A workload that is not there is exit status 1, one of several 2 with what leads to each.', () => {
  const [absent, engine, several, none, malformed] = run(
    ['show', 'lxc:bix'],
    ['show', 'docker:web'],
    ['show', 'podman:web'],
    ['ls', 'bux'],
    ['show', 'podman:'],
  );
  assert.deepEqual(
    [absent, engine, several, none, malformed].map((one) => one?.status),
    [1, 1, 2, 1, 2],
  );
  assert.match(absent?.stderr ?? '', /lxc:bix: no workload of lxc is called so; there are: box/);
  assert.match(engine?.stderr ?? '', /docker:web: no workload of docker runs here/);
  assert.match(
    several?.stderr ?? '',
    /"podman:web" is ambiguous: 2 have this name; write one of these:\n {2}podman:a1a1a1a1a1a1 {2}web, PID 201\n {2}podman:b2b2b2b2b2b2 {2}web, PID 301\n/,
  );
  assert.match(none?.stderr ?? '', /nothing is called "bux" here: no namespace, no host, no workload and no process/);
  assert.match(malformed?.stderr ?? '', /the name of a workload was expected after podman:/);
});

test('The names of workloads do nothing to a terminal.', () => {
  const outcomes = run(
    ['workloads'],
    ['ls', '-o', '+workload'],
    ['ps', '-o', '+workload'],
    ['show', `podman:${idC}`, '401', 'mnt:[4026532003]'],
    ['show', 'podman:nothing'],
    ['show', 'podman:web'],
    ['workloads', '--filter', 'name == "'],
  );
  for (const { words, stdout, stderr } of outcomes)
    assert.doesNotMatch(stdout + stderr, /[^\P{Cc}\n]|\u202e/u, words.join(' '));
  assert.match(outcomes[3]?.stdout ?? '', /^podman:\\e\]0;x\\x07\\u\{202e\}name\\nline {2}container$/m);
  const [json] = run(['workloads', '--json', '-o', 'name', '--filter', `id == "${idC}"`]);
  assert.deepEqual((JSON.parse(json?.stdout ?? '') as { workloads: unknown }).workloads, [{ name: hostile }]);
});

test('The filter and the order of ls and ps know the workload.', () => {
  const [ls, ps] = run(
    ['ls', '-o', 'inode', '--filter', '"lxc:box" in workload'],
    ['ps', '-o', 'pid', '--filter', 'workload == "lxc:box"', '--sort', '-workload'],
  );
  assert.deepEqual(ls?.lines.slice(1), ['4026532004', '4026533004']);
  assert.deepEqual(
    ps?.lines.slice(1).map((line) => line.trim()),
    ['501', '502'],
  );
});

test('A snapshot that was taken without workloads is told apart from a host that has none.', () => {
  const without = join(directory, 'without.json');
  writeFileSync(without, JSON.stringify({ ...snapshot, workloads: { unknown: 'not-asked' } }));
  const outcomes = runInTurn(
    [['ls', '-o', 'inode,workload'], ['ps', '-o', '+workload'], ['workloads'], ['ls']].map((words) => [
      ...words,
      '--from',
      without,
    ]),
  );
  const [ls, ps, workloads, plain] = outcomes;
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    [0, 0, 2, 0],
  );
  for (const outcome of [ls, ps, workloads])
    assert.match(outcome?.stderr ?? '', /the snapshot does not say which workloads there were/);
  assert.doesNotMatch(plain?.stderr ?? '', /workloads/);
});
