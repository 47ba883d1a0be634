// What lies in the directories of names, read for real.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { nameFiles } from '../../src/conditions/name-files.ts';
import { collectSnapshot } from '../../src/index.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import { missing } from '../tiers.ts';

const skip = missing({ root: true, commands: ['ip'] });

test('Each entry of /run/netns is told with what it leads to, its owner and when it was changed.', { skip }, () => {
  const name = `nscope-names-${process.pid}`;
  const path = `/run/netns/${name}`;
  execFileSync('ip', ['netns', 'add', name]);
  try {
    writeFileSync(`${path}-file`, '');
    symlinkSync(`/proc/${process.pid}/ns/uts`, `${path}-link`);
    symlinkSync('/nowhere', `${path}-gone`);
    const refused: string[] = [];
    const snapshot = collectSnapshot({ holders: false, workloads: false, conditions: false });
    const found = nameFiles.read(
      snapshot,
      { asked() {}, refused: (...words) => refused.push(words.join(' ')) },
      { bpf: false },
      {},
    );
    assert.ok(isKnown(found));
    const own = found.filter((file) => file.path.startsWith(path));
    const changed = (of: string) => new Date(Math.floor(lstatSync(of).ctimeMs)).toISOString();
    const of = (ending: string) => ({ path: `${path}${ending}`, changedAt: changed(`${path}${ending}`), uid: 0 });
    assert.deepEqual(own, [
      {
        path,
        leadsTo: 'namespace',
        namespace: { type: 'net', inode: statSync(path).ino },
        changedAt: own[0]?.changedAt,
        uid: 0,
      },
      { ...of('-file'), leadsTo: 'file' },
      { ...of('-gone'), leadsTo: 'nothing', link: '/nowhere' },
      {
        ...of('-link'),
        leadsTo: 'namespace',
        namespace: { type: 'uts', inode: statSync('/proc/self/ns/uts').ino },
        link: `/proc/${process.pid}/ns/uts`,
      },
    ]);
    assert.deepEqual(
      refused.filter((words) => words.includes(path)),
      [],
    );
  } finally {
    for (const ending of ['-file', '-gone', '-link']) rmSync(`${path}${ending}`, { force: true });
    execFileSync('ip', ['netns', 'del', name]);
  }
});
