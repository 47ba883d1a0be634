// Faults of id maps and of privileged processes, made real: the finding, its command, and that it is gone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Finding } from '../../src/analysis/findings/finding.ts';
import { idMapEmpty } from '../../src/analysis/rules/id-map-empty.ts';
import { idMapOfHostRoot } from '../../src/analysis/rules/id-map-of-host-root.ts';
import { idMapsOverlap } from '../../src/analysis/rules/id-maps-overlap.ts';
import { privilegedInSharedNamespace } from '../../src/analysis/rules/privileged-in-shared-namespace.ts';
import { type Held, hold, readLinksOf } from '../held-process.ts';
import { missing } from '../tiers.ts';
import { findAbout, runCommand } from './judge-host.ts';

const skip = missing({ root: true, commands: ['unshare', 'setpriv', 'mount', 'sh'] });
const stay = ['sh', '-c', 'echo made; exec sleep 60'];

async function holdUser(t: TestContext, maps?: string, uid = 0): Promise<Held> {
  const held = await hold('setpriv', [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', 'unshare', '-U', ...stay]);
  t.after(() => held.end());
  if (maps !== undefined) for (const file of ['uid_map', 'gid_map']) writeFileSync(`/proc/${held.pid}/${file}`, maps);
  return held;
}

function subjectOf({ pid }: Held) {
  return { kind: 'namespace', type: 'user', inode: readLinksOf(pid).user } as const;
}

test('A user namespace without maps is a note until they are written.', { skip }, async (t) => {
  const held = await holdUser(t, undefined, 65534);
  await sleep(2500);
  const found = findAbout(idMapEmpty, subjectOf(held));
  assert.equal(found?.severity, 'note');
  assert.match(found.says, /maps neither uids nor gids/);
  runCommand(found.fixes[0]?.command);
  assert.equal(findAbout(idMapEmpty, subjectOf(held)), undefined);
});

test("The host's root is a note where it is root inside, and a warning where it is not.", { skip }, async (t) => {
  const plain = await holdUser(t, '0 0 1');
  const odd = await holdUser(t, '1000 0 1');
  const apart = await holdUser(t, '0 400000 65536');
  assert.equal(findAbout(idMapOfHostRoot, subjectOf(plain))?.severity, 'note');
  assert.equal(findAbout(idMapOfHostRoot, subjectOf(odd))?.severity, 'warning');
  assert.equal(findAbout(idMapOfHostRoot, subjectOf(apart)), undefined);
});

test('Overlapping ranges are a warning where they are of two users, and gone when one has ended.', {
  skip,
}, async (t) => {
  const one = await holdUser(t, '0 500000 65536');
  const other = await holdUser(t, '0 500000 65536', 65534);
  assert.equal(findAbout(idMapsOverlap, subjectOf(one))?.severity, 'warning');
  await other.end();
  assert.equal(findAbout(idMapsOverlap, subjectOf(one)), undefined);
  await holdUser(t, '0 500000 65536');
  assert.equal(findAbout(idMapsOverlap, subjectOf(one))?.severity, 'note');
  await holdUser(t, '0 530000 65536');
  assert.equal(findAbout(idMapsOverlap, subjectOf(one))?.severity, 'warning');
});

test('A range that /etc/subuid gives to another user is a warning.', { skip }, async (t) => {
  const held = await holdUser(t, '0 700000 65536');
  const directory = mkdtempSync(join(tmpdir(), 'nscope-subuid-'));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'passwd'), 'root:x:0:0::/root:/bin/sh\nada:x:1234:1234::/:/bin/sh\n');
  const judge = (subuid: string): Finding[] => {
    writeFileSync(join(directory, 'subuid'), subuid);
    const script = `mount --bind ${directory}/passwd /etc/passwd && mount --bind ${directory}/subuid /etc/subuid && mount --bind ${directory}/subuid /etc/subgid && exec "$0" build/js/src/cli/main.js doctor --json --only id-range-of-another`;
    for (const file of ['/etc/subuid', '/etc/subgid']) assert.equal(spawnSync('test', ['-e', file]).status, 0, file);
    const words = ['-m', 'sh', '-c', script, process.execPath];
    const { stdout, stderr } = spawnSync('unshare', words, { encoding: 'utf8', timeout: 30_000 });
    const { findings } = JSON.parse(stdout || assert.fail(stderr)) as { findings: Finding[] };
    const { inode } = subjectOf(held);
    return findings.filter(({ subjects }) => subjects.some((one) => 'inode' in one && one.inode === inode));
  };
  const [found] = judge('ada:700000:65536\n');
  assert.equal(found?.severity, 'warning');
  assert.match(found.says, /maps uids that \/etc\/subuid gives to ada$/);
  assert.deepEqual(judge('ada:800000:65536\nroot:700000:65536\n'), []);
});

test('A process in a pid namespace of its own with the network of the host is a note, and none without capabilities.', {
  skip,
}, async (t) => {
  const held = await hold('unshare', ['-pmf', '--mount-proc', ...stay]);
  t.after(() => held.end());
  const childOf = ({ pid }: Held) =>
    Number(spawnSync('cat', [`/proc/${pid}/task/${pid}/children`], { encoding: 'utf8' }).stdout.trim());
  const found = findAbout(privilegedInSharedNamespace, { kind: 'process', pid: childOf(held) });
  assert.equal(found?.severity, 'note');
  assert.match(found.says, /has CAP_SYS_ADMIN.* over the host and shares its net, ipc, uts/);
  const less = await hold('unshare', ['-pmf', '--mount-proc', 'setpriv', '--bounding-set=-all', ...stay]);
  t.after(() => less.end());
  assert.equal(findAbout(privilegedInSharedNamespace, { kind: 'process', pid: childOf(less) }), undefined);
});
