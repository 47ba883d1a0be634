// nscope diff of snapshots with mounts and networks, of namespaces that are changed meanwhile.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hold, readLinksOf } from '../../held-process.ts';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';

const skip = missing({ root: true, commands: ['unshare', 'mount', 'nsenter', 'ip'] });

test('Mounts and networks that changed since a snapshot was saved are told, by namespace and whose it is.', {
  skip,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-diff-'));
  const [kept, gone, file, plain] = ['kept', 'gone', 'file', 'plain'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const path of [kept, gone]) mkdirSync(path);
  const mounted = [kept, gone].map((path) => `mount -t tmpfs ${path === gone ? 'old' : 'stays'} ${path}`).join(' && ');
  const held = await hold('unshare', ['-mn', 'sh', '-c', `${mounted} && echo made && exec sleep 60`]);
  const inside = (...words: string[]) => execFileSync('nsenter', ['-m', '-n', '-t', String(held.pid), ...words]);
  try {
    const { mnt, net } = readLinksOf(held.pid);
    writeFileSync(file, runNscope(['snapshot', '--with', 'mounts,networks', '--compact']).stdout);
    writeFileSync(plain, runNscope(['snapshot', '--compact']).stdout);
    inside('umount', gone);
    inside('mount', '-t', 'tmpfs', 'new\x1b[31m', gone);
    inside('mount', '-o', 'remount,bind,ro', kept);
    inside('ip', 'link', 'set', 'lo', 'up');
    const { status, lines, stderr } = runNscope(['diff', file, 'now']);
    assert.equal(status, 1, stderr);
    const paragraph = (type: string, inode: number): readonly string[] => {
      const start = lines.findIndex((line) => line.startsWith(`  in       ${type}:[${inode}] process ${held.pid}`));
      assert.ok(start >= 0, lines.join('\n'));
      const length = lines.slice(start + 1).findIndex((line) => line.startsWith('  in '));
      return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length);
    };
    assert.deepEqual(paragraph('mnt', mnt), [
      `+ mount    ${gone}  new\\e[31m tmpfs`,
      `- mount    ${gone}  old tmpfs`,
      `~ mount    ${kept}  options rw → ro`,
    ]);
    assert.deepEqual(paragraph('net', net).slice(0, 2), [
      '~ link     lo  state down → unknown',
      '+ address  127.0.0.1/8 dev lo',
    ]);
    assert.match(stderr, /mounts: \d+ came, \d+ gone, \d+ changed; networks: \d+ came, \d+ gone, \d+ changed/);

    const lacking = runNscope(['diff', file, plain]);
    assert.match(
      lacking.stderr,
      /^nscope: not compared: mounts: the later snapshot has no mounts; nscope snapshot --/m,
    );
    assert.match(lacking.stderr, /^nscope: not compared: networks: the later snapshot has no networks/m);
    assert.doesNotMatch(lacking.stdout, / in {7}/);
    // Nothing else differs between a snapshot and itself: that the rest could not be compared is what the status says.
    const itself = JSON.parse(runNscope(['snapshot', '--from', file, '--compact']).stdout) as Record<string, unknown>;
    writeFileSync(plain, JSON.stringify({ ...itself, conditions: {} }));
    assert.equal(runNscope(['diff', file, plain]).status, 3);
    assert.equal(runNscope(['diff', file, plain, '--type', 'uts']).status, 0);
    assert.equal(runNscope(['diff', file, file]).status, 0);
    assert.equal(runNscope(['diff', plain, plain]).status, 0);
  } finally {
    await held.end();
    rmSync(directory, { recursive: true });
  }
});
