// Listings on narrow terminals: a row is one line, and what it is about is never cut away.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { measureWidth } from '../../src/render/words/text-width.ts';
import { linksOf } from '../recorded-facts.ts';
import { missing } from '../tiers.ts';
import { idA, idB, withWorkloads } from '../workloads/recorded-host.ts';
import { main, runNscope } from './run-nscope.ts';

const skip = missing({ commands: ['script', 'stty'] });
const long = ['/usr/lib/something/very/long/daemon', '--listen', '0.0.0.0:2024', '--option', 'x'.repeat(200)];
const own = (number: number) =>
  linksOf({
    cgroup: 4026532000 + number,
    ipc: 4026532100 + number,
    mnt: 4026532200 + number,
    net: 4026532300 + number,
    pid: 4026532400 + number,
    user: 4026532500 + number,
    uts: 4026532600 + number,
  });
let file = '';
before(() => {
  file = join(mkdtempSync(join(tmpdir(), 'n-')), 'h');
  const snapshot = withWorkloads([
    { pid: 4194300, words: long, cgroup: `/docker/${idA}`, namespaces: own(1), pids: [4194300, 1] },
    { pid: 4194301, words: long, cgroup: `/docker/${idB}`, namespaces: own(2), uid: 1234567 },
    { pid: 4194302, words: long, namespaces: own(3), uid: 65534 },
  ]);
  writeFileSync(file, JSON.stringify(snapshot));
});
after(() => rmSync(join(file, '..'), { recursive: true, force: true }));

/** What each is about: a word that must stand in a row of each width. */
const listings: readonly (readonly [line: string, about: RegExp])[] = [
  ['overview', /process 4194302/],
  ['ls', /net +4026532303/],
  ['ps', /4194302 .*\/usr/],
  ['workloads', /docker:.* [CimnpTUu]{7}$|docker:.*cgroup ipc mnt net pid user uts/],
  ['holders net:[4026532303] -o kind,pid,what', /process +4194302 +\/usr/],
];

test('At 40, 80 and 200 columns each listing has a line for each row, none is wider, and each says what it is about.', {
  skip,
}, () => {
  for (const [line, about] of listings) {
    const words = [...line.split(' '), '--from', file];
    const whole = runNscope(words).stdout.split('\n').length;
    assert.ok(whole > 3, line);
    const command = [process.execPath, main, ...words].map((word) => `'${word}'`).join(' ');
    const shell = [40, 80, 200].map(
      (width) => `stty cols ${width} rows 40; NO_COLOR=1 ${command} 2>/dev/null; echo ==`,
    );
    const { stdout } = spawnSync('script', ['-qec', shell.join('; '), '/dev/null'], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    const outputs = stdout.replaceAll('\r', '').split('==\n');
    for (const [i, width] of [40, 80, 200].entries()) {
      const lines = (outputs[i] ?? '').split('\n');
      assert.ok(
        lines.some((one) => about.test(one)),
        `${line}, ${width}: ${outputs[i]}`,
      );
      for (const one of lines) assert.ok(measureWidth(one) <= width, `${line}, ${width}: ${one}`);
      if (!line.startsWith('holders')) assert.equal(lines.length, whole, `${line}, ${width}: ${outputs[i]}`);
    }
  }
});
