// What nscope detect reads, without privilege: of itself, of others, and of processes that end meanwhile.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { readDetectEvidence } from '../../../src/kernel/detect/evidence.ts';
import type { DetectEvidence } from '../../../src/model/evidence/detect-evidence.ts';
import { isKnown, type Known } from '../../../src/model/snapshot/known.ts';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { missing } from '../../tiers.ts';
import { countDescriptors } from '../open-descriptors.ts';

test('Of the reader itself every link, map and mount is read, and no descriptor stays open.', () => {
  const before = countDescriptors();
  const evidence = readDetectEvidence({ about: 'self' });
  assert.ok(isKnown(evidence));
  for (const type of namespaceTypes) {
    const { ino, dev } = statSync(`/proc/self/ns/${type}`);
    assert.deepEqual(evidence.links[type], { inode: ino, dev });
    assert.equal(evidence.reader[type], ino);
  }
  assert.equal(evidence.subject.pid, Number(/^Pid:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]));
  assert.ok(isKnown(evidence.mountIds) && evidence.mountIds.length > 0);
  assert.ok(isKnown(evidence.procInodes) && evidence.procInodes.length > 0);
  assert.deepEqual(JSON.parse(JSON.stringify(evidence)), evidence, 'it is plain data');
  assert.equal(countDescriptors(), before);
});

test('The inode numbers of the entries of /proc are those that stat gives.', () => {
  const evidence = readDetectEvidence({ about: 'self' });
  assert.ok(isKnown(evidence) && isKnown(evidence.procInodes));
  const runs = evidence.procInodes;
  const proc = statSync('/proc').dev;
  const own = ['/proc/uptime', '/proc/version', '/proc/filesystems'].map((path) => statSync(path));
  const inside = own.filter(({ dev }) => dev === proc).map(({ ino }) => ino);
  assert.ok(
    inside.some((inode) => inode >= 0xf0000000),
    'one is of the numbers that runs are made of',
  );
  for (const inode of inside)
    assert.ok(inode < 0xf0000000 || runs.some(([first, last]) => first <= inode && inode <= last));
  for (let i = 1; i < runs.length; i++) assert.ok((runs[i]?.[0] ?? 0) > (runs[i - 1]?.[1] ?? 0) + 1);
});

test('A PID that nobody has is gone.', () => {
  const evidence = readDetectEvidence({ about: 'process', pid: 4_194_303 });
  assert.deepEqual(evidence, { unknown: 'gone', errno: 'ENOENT' });
});

test('A process that ends while it is read is evidence of itself or gone, never an error.', async () => {
  const before = countDescriptors();
  let [whole, gone] = [0, 0];
  const started = performance.now();
  readDetectEvidence({ about: 'process', pid: process.pid });
  const readingMs = performance.now() - started;
  for (let i = 0; i < 12; i++) {
    // From less than one reading takes to several of them, however slow the machine is.
    const child = spawn('sleep', [String(((i + 1) * readingMs) / 2000)], { stdio: 'ignore' });
    const { pid } = child;
    assert.ok(pid !== undefined);
    const ended = new Promise((resolve) => child.once('close', resolve));
    let over = false;
    void ended.then(() => {
      over = true;
    });
    while (!over) {
      const evidence: Known<DetectEvidence> = readDetectEvidence({ about: 'process', pid });
      if (isKnown(evidence)) {
        whole++;
        assert.equal(evidence.subject.pid, pid);
      } else {
        gone++;
        assert.equal(evidence.unknown, 'gone');
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    const after = readDetectEvidence({ about: 'process', pid });
    assert.ok(!isKnown(after) && after.unknown === 'gone');
    gone++;
  }
  assert.ok(whole > 0 && gone > 0, `${whole} whole, ${gone} gone`);
  assert.equal(countDescriptors(), before);
});

const skip = missing({ unprivileged: true });

test('Of a process of root only what anybody may read is read.', { skip }, () => {
  const evidence = readDetectEvidence({ about: 'process', pid: 1 });
  assert.ok(isKnown(evidence));
  for (const type of namespaceTypes) assert.ok(!isKnown(evidence.links[type]));
  assert.ok(isKnown(evidence.uidMap) && isKnown(evidence.pids) && isKnown(evidence.netStat));
});

test('Without /proc the links are those of the pidfd, or missing, and nothing is thrown.', {
  skip: skip || missing({ commands: ['unshare', 'mount'] }),
}, () => {
  const script = `import('${new URL('../../../src/kernel/detect/evidence.js', import.meta.url)}').then(({ readDetectEvidence }) =>
    process.stdout.write(JSON.stringify(readDetectEvidence({ about: 'self' }))))`;
  const words = ['-Urm', 'sh', '-c', 'mount -t tmpfs tmpfs /proc && exec "$@"', 'sh', process.execPath, '-e', script];
  const { stdout, stderr } = spawnSync('unshare', words, { encoding: 'utf8' });
  assert.notEqual(stdout, '', stderr);
  const { proc } = JSON.parse(stdout) as { proc: { state: string } };
  assert.equal(proc.state, 'absent');
});
