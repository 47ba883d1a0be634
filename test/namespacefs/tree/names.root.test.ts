// Names of whatever bytes in namespacefs: they are found, and no file writes them to a terminal as they are.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { hold, readLinksOf } from '../../held-process.ts';
import { missing } from '../../tiers.ts';
import { mountFor } from '../mounted.ts';

const skip = missing({ root: true, commands: ['bash', 'ip', 'unshare', 'mount'], files: ['/dev/fuse'] });

const harmful = /[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]/;

test('Mount points and devices with control characters are escaped, and mounts are read back byte by byte.', {
  skip,
}, async (t) => {
  const point = '/mnt/a\x1b]0;x\x07\x7f\u009b31m\u202e b\\c';
  const script = `mount -t tmpfs room /mnt && cd /mnt && mkdir "$1" $'/mnt/\\xffz' &&
    mount -t tmpfs one "$1" && mount -t tmpfs two $'/mnt/\\xffz' &&
    ip link add $'e\\e[31m|\\xff' type veth peer name $'p\\x7f\\xc2\\x9b' && echo ready && exec sleep 600`;
  const held = await hold('unshare', ['-mn', 'bash', '-c', script, 'bash', point]);
  t.after(held.end);
  const { directory } = await mountFor(t);
  const { mnt, net } = readLinksOf(held.pid);
  const text = readFileSync(`${directory}/mnt/${mnt}/mounts`, 'latin1');
  assert.doesNotMatch(text, harmful);
  const points = text.split('\n').map((line) => {
    const word = line.split(' ')[0] ?? '';
    const bytes = word.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
    return Buffer.from(bytes, 'latin1').toString('latin1');
  });
  assert.ok(points.includes(Buffer.from(point).toString('latin1')), text);
  assert.ok(points.includes('/mnt/\xffz'), text);
  const links = readFileSync(`${directory}/net/${net}/links`, 'latin1');
  assert.doesNotMatch(links, harmful);
  assert.deepEqual(links.split('\n').slice(0, -1).sort(), ['e\\e[31m|\\xff', 'lo', 'p\\x7f\\x9b']);
});

test('A name of ip netns is in by-name with its bytes, as long as it may be, and files show it escaped.', {
  skip,
}, async (t) => {
  const names = [`nscope${process.pid}-${'x'.repeat(200)}`, `nscope${process.pid}-\xff\x1b[31m`];
  const shell = (command: string, name: string) =>
    execFileSync('bash', ['-c', `${command} "$(printf "$1")"`, 'bash', toPrintf(name)]);
  t.after(() => {
    for (const name of names) shell('ip netns delete', name);
  });
  for (const name of names) shell('ip netns add', name);
  const { directory } = await mountFor(t);
  for (const name of names) {
    const path = (before: string) => Buffer.from(`${before}/${name}`, 'latin1');
    assert.equal(statSync(path(`${directory}/by-name/net`)).ino, statSync(path('/run/netns')).ino * 65536);
    const told = spawnSync('bash', ['-c', `cat "${directory}/by-name/net/$(printf "$1")/names"`, '_', toPrintf(name)]);
    assert.match(told.stdout.toString('latin1'), /^ip-netns nscope/);
    assert.doesNotMatch(told.stdout.toString('latin1'), /[\x00-\x09\x0b-\x1f\x7f-\xff]/);
  }
  const listed = readdirSync(`${directory}/by-name/net`, 'latin1');
  for (const name of names) assert.ok(listed.includes(name), name);
});

/** A name of one byte a character, for printf(1). */
function toPrintf(name: string): string {
  return Buffer.from(name, 'latin1').reduce((text, byte) => `${text}\\x${byte.toString(16).padStart(2, '0')}`, '');
}
