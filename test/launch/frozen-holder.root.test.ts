// What is printed for a holder whose control group is frozen: the command ends it, or there is none and it does stay.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SnapshotIndex } from '../../src/analysis/graph/snapshot-index.ts';
import { findHolders } from '../../src/analysis/release/find-holders.ts';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { readReleaseEvidence } from '../../src/launch/namespaces/read-release-evidence.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';
import { hold, readLinksOf } from '../held-process.ts';
import { missing } from '../tiers.ts';

const versions = [
  { version: 1, root: '/sys/fs/cgroup/freezer', file: 'freezer.state', frozen: 'FROZEN', thawed: 'THAWED' },
  { version: 2, root: '/sys/fs/cgroup/unified', file: 'cgroup.freeze', frozen: '1', thawed: '0' },
  { version: 2, root: '/sys/fs/cgroup', file: 'cgroup.freeze', frozen: '1', thawed: '0' },
].filter(({ root }) => existsSync(join(root, 'cgroup.procs')));

const skip = missing({ root: true, commands: ['unshare', 'sh'] });

const noGroups = versions.length > 0 ? false : 'needs a hierarchy of control groups that can freeze';

test('A hierarchy of control groups can freeze.', { skip: skip || noGroups }, () => assert.ok(versions.length > 0));

for (const { version, root, file, frozen, thawed } of versions)
  for (const trap of ['', 'trap : TERM; '])
    test(`A process ${trap && 'that handles SIGTERM '}in a frozen control group of version ${version} is ended by what is printed, or nothing is.`, {
      skip,
    }, async () => {
      const held = await hold('unshare', ['--uts', 'sh', '-c', `${trap}echo; while :; do sleep 99 & wait; done`]);
      const group = join(root, `nscope-frozen-${process.pid}`);
      try {
        // Not in the middle of fork(2), where signals are blocked and SIGKILL is the right answer.
        await waitFor(() => readField(held.pid, 'State') === 'S' && /^0+$/.test(readField(held.pid, 'SigBlk') ?? ''));
        mkdirSync(group);
        writeFileSync(join(group, 'cgroup.procs'), String(held.pid));
        writeFileSync(join(group, file), frozen);
        await waitFor(() => readField(held.pid, 'State') === (version === 1 ? 'D' : 'S'));
        const index = new SnapshotIndex(collectSnapshot(wantEverything));
        const namespace = index.namespace('uts', readLinksOf(held.pid).uts) ?? assert.fail();
        const evidence = readReleaseEvidence(index, [namespace]);
        const holder = findHolders(index, namespace, evidence).find(({ pid }) => pid === held.pid) ?? assert.fail();
        const { release, releaseNote = '' } = holder;
        if (version === 1) {
          assert.equal(release, null);
          assert.match(releaseNote, /frozen/);
          process.kill(held.pid, 'SIGKILL');
          await sleep(300);
          assert.equal(readField(held.pid, 'State'), 'D', 'even SIGKILL waits');
          return;
        }
        assert.equal(release, `kill ${trap && '-KILL '}${held.pid}`);
        assert.equal(spawnSync('sh', ['-c', release]).status, 0);
        await waitFor(() => ['Z', undefined].includes(readField(held.pid, 'State')));
      } finally {
        writeFileSync(join(group, file), thawed);
        await held.end();
        rmdirSync(group);
      }
    });

/** The first word of a field of proc_pid_status(5); undefined: the process has ended. */
function readField(pid: number, name: string): string | undefined {
  try {
    return new RegExp(`^${name}:\\s+(\\w+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
}

async function waitFor(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 15_000; !condition(); await sleep(20)) assert.ok(Date.now() < deadline);
}
