// nscope busy without privilege, and what is not a mount.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';
import type { BusyJson } from './busy-bed.ts';

test('Without privilege it is said what was not looked at.', { skip: missing({ unprivileged: true }) }, () => {
  const { status, stdout, stderr } = runNscope(['busy', '/proc', '--json']);
  const { unmount, fileSystem, unseen } = JSON.parse(stdout) as Pick<BusyJson, 'unmount' | 'fileSystem' | 'unseen'>;
  assert.ok(unmount);
  // Others may use /proc at that moment.
  assert.equal(status, unmount.verdict === 'free' && fileSystem.rows.length === 0 ? 3 : 1);
  assert.match(unseen.join('\n'), /^descriptors \(EACCES\) of \d+ processes$/m);
  assert.match(
    unseen.join('\n'),
    /sockets that are bound there, files that wait in the queues of sockets, descriptors of a thread's own \(BPF not/,
  );
  assert.equal(stderr, '');
});

test('What is nowhere, a tag that no device has and what is not in a notation are said, with status 2.', () => {
  for (const [word, message] of [
    ['/no/such/path', /\/no\/such\/path in mnt:\[\d+\]: .*ENOENT/],
    ['UUID=no-such-uuid', /UUID=no-such-uuid: /],
    ['LABEL=no such label', /LABEL=no such label: \/dev\/disk\/by-label\/no\\x20such\\x20label is not there/],
    ['/dev/no-such-disk', /\/dev\/no-such-disk in mnt:\[\d+\]: .*ENOENT/],
    ['/dev/null/x', /\/dev\/null\/x in mnt:\[\d+\]: .*not a directory/],
    ['1:2:3', /\/1:2:3 in mnt:\[\d+\]: .*ENOENT/],
    ['99999999999999999999999', /no mount has the id 99999999999999999999999/],
    ['4000000000', /no mount has the id 4000000000/],
    ['999999', /no mount has the id 999999/],
    ['', /"" is not a path, a device or the id of a mount/],
  ] as const) {
    const { status, stdout, stderr } = runNscope(['busy', word]);
    assert.deepEqual([status, stdout], [2, ''], word);
    assert.match(stderr, message);
  }
  assert.match(runNscope(['busy', '--in', '4194305', '/']).stderr, /4194305/);
  const { status, stderr } = runNscope(['busy', '--in', 'net:self', '/']);
  assert.equal(status, 2);
  assert.match(stderr, /--in net:self: a mount namespace is wanted/);
});

test('Where not all was looked at no verdict says that nothing keeps it.', () => {
  const { stdout, stderr } = runNscope(['busy', '--no-bpf', '250:99']);
  assert.match(stdout, /^250:99: nothing was seen that keeps it$/m);
  assert.match(stderr, /not looked at: /);
});

test('A file system that is nowhere is kept by nothing that was seen.', () => {
  const { status, stdout } = runNscope(['busy', '250:99', '--json']);
  const { unmount, fileSystem } = JSON.parse(stdout) as { unmount: unknown; fileSystem: { verdict: string } };
  assert.deepEqual([unmount, fileSystem.verdict], [null, 'free']);
  assert.ok(status === 0 || status === 3);
});
