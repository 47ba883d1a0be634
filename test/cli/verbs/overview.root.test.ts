// nscope alone on this host: no namespace is missing, and each stands where a person looks for it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Snapshot } from '../../../src/model/snapshot/schema.ts';
import type { JsonGroup } from '../../../src/render/lines/overview-json.ts';
import { type Held, hold } from '../../held-process.ts';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';

const skip = missing({ root: true, commands: ['ip', 'unshare', 'bash'] });
const name = `nscope-overview-${process.pid}`;
const held: Held[] = [];
let directory = '';
let bound = '';
let host: Snapshot;
let groups: readonly JsonGroup[] = [];

/** Opens an ipc namespace whose one process then ends. */
const keep =
  'exec 8< <(exec unshare -i bash -c "echo \\$\\$; exec sleep 99"); read pid <&8; exec 9</proc/$pid/ns/ipc; kill -9 $pid; exec 8<&-; while [ -e /proc/$pid/exe ]; do sleep .05; done; echo; exec sleep 99';

before(async () => {
  if (skip) return;
  directory = mkdtempSync(join(tmpdir(), 'nscope-overview-'));
  bound = join(directory, 'uts');
  writeFileSync(bound, '');
  assert.equal(spawnSync('ip', ['netns', 'add', name]).status, 0);
  held.push(await hold('unshare', ['-Urm', 'unshare', '-pf', 'bash', '-c', 'echo; sleep 99; true']));
  held.push(await hold('bash', ['-c', keep]));
  assert.equal(spawnSync('unshare', [`--uts=${bound}`, 'true']).status, 0);
  const file = join(directory, 'host.json');
  writeFileSync(file, runNscope(['snapshot', '--compact']).stdout);
  host = JSON.parse(runNscope(['snapshot', '--from', file]).stdout) as Snapshot;
  groups = (JSON.parse(runNscope(['--json', '--from', file]).stdout) as { groups: JsonGroup[] }).groups;
});

after(async () => {
  if (skip) return;
  for (const one of held) await one.end();
  spawnSync('ip', ['netns', 'del', name]);
  spawnSync('umount', [bound]);
  rmSync(directory, { recursive: true, force: true });
});

function find(group: string): JsonGroup {
  return groups.find((one) => one.group === group) ?? assert.fail(`${group}: ${JSON.stringify(groups)}`);
}

test('Every namespace of this host is in exactly one group.', { skip }, () => {
  const listed = groups.flatMap(({ namespaces }) => namespaces.map((one) => JSON.stringify(one)));
  const all = [
    ...host.namespaces.map(({ type, inode }) => JSON.stringify({ type, inode })),
    ...host.unnumbered.map(({ type, number }) => JSON.stringify({ type, number })),
  ];
  assert.ok(all.length >= 14, `${all.length} namespaces`);
  assert.deepEqual(listed.sort(), all.sort());
});

test('A named network, a tree of processes, what a mount and what a descriptor alone keeps have a row each.', {
  skip,
}, () => {
  const types = (group: string) => find(group).namespaces.map(({ type }) => type);
  assert.deepEqual(types(`netns:${name}`), ['net']);
  const [tree, keeper] = held as [Held, Held];
  assert.deepEqual(types(`process ${tree.pid}`), ['mnt', 'pid', 'user']);
  assert.ok(Number(find(`process ${tree.pid}`).processes) >= 3);
  assert.deepEqual(types(`held by bind-mount ${bound}`), ['uts']);
  const kept = find(`held by fd of ${keeper.pid}`);
  assert.deepEqual([kept.kind, kept.pid], ['held', null]);
  // Where the links of a process are refused, that one may be in it.
  assert.ok(kept.processes === 0 || typeof kept.processes === 'object', String(kept.processes));
  assert.deepEqual(kept.holder, { kind: 'fd', pid: keeper.pid, fd: 9 });
  assert.match(String(kept.command), /^sleep 99/);
});

test('This host is the last group, with its own namespaces of every type.', { skip }, () => {
  const last = groups.at(-1);
  assert.equal(last?.group, 'this host');
  const initial = host.namespaces.filter((one) => one.initial === true);
  assert.ok(initial.length >= 7);
  for (const { type, inode } of initial)
    assert.ok(
      last?.namespaces.some((one) => one.type === type && 'inode' in one && one.inode === inode),
      type,
    );
});
