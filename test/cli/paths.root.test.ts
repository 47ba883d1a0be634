// What is said of a path or a name that leads to no namespace here: a file that ip netns left, a mount of another place.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hold, readLinksOf } from '../held-process.ts';
import { missing } from '../tiers.ts';
import { runNscope } from './run-nscope.ts';

const skip = missing({ root: true, commands: ['unshare', 'mount'] });

test('A file that ip netns left behind is called that, with how to remove it.', { skip }, (t) => {
  const made = existsSync('/run/netns') ? undefined : mkdirSync('/run/netns', { recursive: true });
  const path = `/run/netns/nscope left ${process.pid}`;
  t.after(() => {
    rmSync(path, { force: true });
    if (made !== undefined) rmdirSync('/run/netns');
  });
  writeFileSync(path, '');
  const name = path.slice('/run/netns/'.length);
  for (const [status, ...words] of [
    [2, 'show', path],
    [1, 'show', `net:${name}`],
    [1, 'show', name],
    [2, 'enter', path, '--', 'true'],
    [1, 'enter', `net:${name}`, '--', 'true'],
  ] as const) {
    const outcome = runNscope(words);
    assert.equal(outcome.status, status, `${words.join(' ')}: ${outcome.stderr}`);
    assert.ok(
      outcome.stderr.includes(`it is a file that ip netns left behind; remove it: rm '${path}'`),
      outcome.stderr,
    );
  }
});

test('Directories and files that are not empty are not taken for what ip netns left behind.', { skip }, (t) => {
  const made = existsSync('/run/netns') ? undefined : mkdirSync('/run/netns', { recursive: true });
  const [directory, file] = [`/run/netns/nscope-dir-${process.pid}`, `/run/netns/nscope-text-${process.pid}`];
  t.after(() => {
    for (const path of [directory, file]) rmSync(path, { recursive: true, force: true });
    if (made !== undefined) rmdirSync('/run/netns');
  });
  mkdirSync(directory);
  writeFileSync(file, 'text');
  for (const word of [
    '..',
    'net:..',
    'net:.',
    ...[directory, file].flatMap((path) => [path, `net:${path.slice(11)}`]),
  ]) {
    const { status, stderr } = runNscope(['show', word]);
    assert.ok(status === 1 || status === 2, stderr);
    assert.doesNotMatch(stderr, /left behind|rm /, word);
  }
});

test('A name of ip netns that leads to a namespace of another type is not called a file that was left behind.', {
  skip,
}, async (t) => {
  const made = existsSync('/run/netns') ? undefined : mkdirSync('/run/netns', { recursive: true });
  const name = `nscope-uts-${process.pid}`;
  const path = `/run/netns/${name}`;
  t.after(() => {
    spawnSync('umount', [path]);
    rmSync(path, { force: true });
    if (made !== undefined) rmdirSync('/run/netns');
  });
  writeFileSync(path, '');
  const held = await hold('unshare', [`--uts=${path}`, 'sh', '-c', 'echo; exec sleep 99']);
  t.after(held.end);
  const { uts } = readLinksOf(held.pid);
  for (const verb of ['show', 'enter']) {
    const { status, stderr } = runNscope([verb, `net:${name}`]);
    assert.equal(status, 1, stderr);
    assert.ok(stderr.includes(`${path} leads to uts:[${uts}], which is not a network namespace`), stderr);
  }
});

test('Of a path that leads to a namespace in another mount namespace it is said in which.', { skip }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-path-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const script = `mount -t tmpfs room ${directory} && touch ${directory}/pin && mount --bind /proc/self/ns/uts ${directory}/pin && echo && exec sleep 99`;
  const held = await hold('unshare', ['-mu', 'sh', '-c', script]);
  t.after(held.end);
  const { mnt, uts } = readLinksOf(held.pid);
  const sentence = new RegExp(`uts:\\[${uts}\\] is mounted there in mnt:\\[${mnt}\\]`);
  for (const words of [
    ['show', `${directory}/pin`],
    ['enter', `${directory}/pin`, '--', 'true'],
  ]) {
    const { status, stderr } = runNscope(words);
    assert.equal(status, 1, stderr);
    assert.match(stderr, sentence);
  }
  writeFileSync(`${directory}/pin`, '');
  const { status, stderr } = runNscope(['show', `${directory}/pin`]);
  assert.equal(status, 2);
  assert.match(stderr, sentence);
});
