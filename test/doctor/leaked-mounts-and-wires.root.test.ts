// Mounts and wires left behind, made real: the finding, its command, and that it is gone.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Finding, Subject } from '../../src/analysis/findings/finding.ts';
import { rules } from '../../src/analysis/rules/index.ts';
import { runNscope } from '../cli/run-nscope.ts';
import { hold, readLinksOf } from '../held-process.ts';
import { NetworkBed } from '../network-bed.ts';
import { missing } from '../tiers.ts';
import { runCommand } from './judge-host.ts';

const skip = missing({ root: true, commands: ['unshare', 'nsenter', 'mount', 'umount', 'ip'] });

function find(code: string, subject: Subject): Finding | undefined {
  const { stdout, stderr } = runNscope(['doctor', '--json', '--fail-on', 'never', '--only', code]);
  assert.ok(stdout !== '', stderr);
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
  const wanted = JSON.stringify(subject);
  return findings.find(({ subjects }) => subjects.some((one) => JSON.stringify(one) === wanted));
}

test('The layer of an ended container that a private copy of the host still has is found until it is unmounted there.', {
  skip,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-left-'));
  execFileSync('mount', ['-t', 'tmpfs', 'nscope-left', directory]);
  t.after(() => {
    execFileSync('umount', ['-R', directory]);
    rmSync(directory, { recursive: true });
  });
  const [lower, upper, work, layers] = ['lower', 'upper', 'work', 'overlay2'].map((name) => join(directory, name));
  const merged = join(directory, 'overlay2', 'a b', 'merged');
  for (const path of [lower, upper, work, layers, merged]) mkdirSync(path ?? '', { recursive: true });
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', options, merged]);
  const held = await hold('unshare', ['-m', '--propagation', 'private', 'sh', '-c', 'echo made; exec sleep 60']);
  t.after(() => held.end());
  const path: Subject = { kind: 'path', path: merged };
  assert.equal(find('mount-left-behind', path), undefined, 'the host has it');
  execFileSync('umount', [merged]);
  const found = find('mount-left-behind', path);
  assert.equal(found?.severity, 'warning');
  const { mnt } = readLinksOf(held.pid);
  assert.equal(
    found.says,
    `the overlay of a container that has ended lives on in mnt:[${mnt}]: on the host ${merged} is unmounted`,
  );
  runCommand(found.fixes[0]?.command);
  assert.equal(find('mount-left-behind', path), undefined);
});

test('A veth into a namespace that only a descriptor holds is found until it is deleted; one with a name is not.', {
  skip,
}, (t) => {
  const bed = new NetworkBed('nscwire');
  t.after(() => bed.end());
  const { name, inode } = bed.add('far');
  const near = `nscw${process.pid}`.slice(0, 15);
  execFileSync('ip', ['link', 'add', near, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name]);
  t.after(() => spawnSync('ip', ['link', 'delete', 'dev', near], { stdio: 'ignore' }));
  const subject: Subject = { kind: 'namespace', type: 'net', inode };
  assert.equal(find('wire-into-empty-namespace', subject), undefined, 'it has a name');
  const fd = openSync(`/run/netns/${name}`, 'r');
  t.after(() => closeSync(fd));
  bed.remove('far');
  const found = find('wire-into-empty-namespace', subject);
  assert.equal(found?.severity, 'note');
  assert.match(found.seen[0] ?? '', new RegExp(`^eth0 leads to ${near} in net:`));
  runCommand(found.fixes.find(({ command }) => command !== undefined)?.command);
  assert.equal(find('wire-into-empty-namespace', subject), undefined);
});

test('Rules that need what is large are not asked without a word for it, and that is said.', { skip }, () => {
  const plain = runNscope(['doctor', '--fail-on', 'never']);
  assert.match(plain.lines.at(-1) ?? '', /; 3 more rules with --with mounts,networks$/);
  const whole = runNscope(['doctor', '--fail-on', 'never', '--with', 'mounts,networks', '--json']);
  const answer = JSON.parse(whole.stdout) as Readonly<Record<'undecided' | 'notAsked', readonly { code: string }[]>>;
  const large = rules.filter(({ needs }) => needs.some((need) => need === 'mounts' || need === 'networks'));
  assert.equal(large.length, 3);
  assert.deepEqual(answer.notAsked, []);
  assert.ok(!answer.undecided.some(({ code }) => code === 'mount-left-behind'));
  const saved = runNscope(['snapshot', '--with', 'mounts', '--compact']).stdout;
  const again = JSON.parse(runNscope(['doctor', '--from', '-', '--fail-on', 'never', '--json'], saved).stdout);
  assert.deepEqual(again.notAsked, ['wire-into-empty-namespace', 'device-in-container']);
  const named = runNscope(['doctor', '--from', '-', '--only', 'device-in-container'], saved);
  assert.equal(named.status, 0, named.stderr);
  assert.match(named.stderr, /device-in-container.*the snapshot has no networks/);
  assert.equal(runNscope(['doctor', '--from', '-', '--with', 'networks'], saved).status, 2);
});
