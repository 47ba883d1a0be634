// nscope watch --mounts and --links as a person runs it.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { hold } from '../../held-process.ts';
import { NetworkBed } from '../../network-bed.ts';
import { missing } from '../../tiers.ts';
import { main, runNscope } from '../run-nscope.ts';

const skip = missing({ root: true, commands: ['unshare', 'nsenter', 'mount', 'ip'] });
const bed = new NetworkBed('cli');
const directory = mkdtempSync(join(tmpdir(), 'nscope-watch-'));
after(() => {
  bed.end();
  rmSync(directory, { recursive: true, force: true });
});

/** Starts watch, acts once it watches, and waits until it has printed so many events and ended. */
async function watchDuring(words: readonly string[], act: () => void) {
  const child = spawn(process.execPath, [main, 'watch', '--for', '60', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let notes = '';
  child.stdout.on('data', (bytes) => {
    output += bytes;
  });
  child.stderr.on('data', (bytes) => {
    notes += bytes;
  });
  const closed = once(child, 'close');
  while (output === '' && child.exitCode === null) await sleep(20);
  act();
  await closed;
  return { status: child.exitCode, lines: output.split('\n').slice(0, -1), notes };
}

test('The mounts of a process and the links of a name are lines of the stream, whatever -t says, and are escaped.', {
  skip,
}, async () => {
  const point = join(directory, 'a\u001b[1mb');
  mkdirSync(point);
  const held = await hold('unshare', ['-m', '--propagation', 'private', 'sh', '-c', 'echo ready; exec sleep 300']);
  const net = bed.add('net');
  const words = [`--mounts=${held.pid}`, `--links=net:${net.name}`, '-t', 'uts', '-w', '--count', '2'];
  const { status, lines, notes } = await watchDuring(words, () => {
    execFileSync('nsenter', ['-t', String(held.pid), '-m', 'mount', '-t', 'tmpfs', 'scratch', point]);
    bed.ip('net', 'link', 'add', 'd0', 'type', 'bridge');
  });
  await held.end();
  assert.equal(status, 0, notes);
  const [header, ...events] = lines;
  assert.match(header ?? '', /^TIME +EVENT +NAMESPACE/);
  assert.equal(events.length, 2);
  const [mounted, added] = events.sort((a, b) => Number(a.includes('d0')) - Number(b.includes('d0')));
  assert.ok(mounted?.includes('a\\e[1mb tmpfs scratch rw'), mounted);
  assert.match(added ?? '', new RegExp(`link-added +net:\\[${net.inode}\\].* d0 bridge down`));
});

test('As JSON the first object says how each namespace is watched, and each event whose it is.', { skip }, async () => {
  const net = bed.add('json');
  const words = [
    '--mounts',
    `--links=net:${net.name}`,
    '-t',
    'uts',
    '--json',
    '--count',
    '1',
    '--filter',
    'link == "d1"',
  ];
  const { status, lines } = await watchDuring(words, () => {
    bed.ip('json', 'link', 'add', 'd1', 'type', 'bridge');
  });
  assert.equal(status, 0);
  const [state, event] = lines.map((line) => JSON.parse(line));
  assert.ok(['fanotify', 'mountinfo'].includes(state.mounts[0].via));
  assert.ok(state.mounts[0].mounts > 0, 'their number');
  assert.deepEqual([state.links[0].inode, state.links[0].via, state.links[0].links], [net.inode, 'rtnetlink', 1]);
  assert.equal(event.event, 'link-added');
  assert.equal(event.link.kind, 'bridge');
  assert.ok(event.whose.includes(net.name), event.whose);
});

test('What cannot be watched is an error that names the word, with status 2, before anything is watched.', {
  skip,
}, () => {
  const net = bed.add('wrong');
  for (const [words, problem] of [
    [[`--mounts=net:${net.name}`], /is a net namespace; a mount namespace is wanted/],
    [['--mounts', 'web'], /"web"; did you mean --mounts=web\?/],
    [['--links=uts:['], /uts:\[/],
    [Array.from({ length: 33 }, () => '--links=1'), /--links takes 32 TARGETs at most, not 33/],
  ] as const) {
    const { status, stdout, stderr } = runNscope(['watch', '--count', '1', ...words]);
    assert.equal(status, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, problem);
  }
});
