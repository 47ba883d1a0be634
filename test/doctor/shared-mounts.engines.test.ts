// Containers on a host whose whole tree is shared, as systemd makes it: a mount namespace with a pid namespace stands for the host.
import assert from 'node:assert/strict';
import { mkdtempSync, readlinkSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { runRules } from '../../src/analysis/findings/run-rules.ts';
import { mountsLeaveChild } from '../../src/analysis/rules/mounts-leave-child.ts';
import { collectSnapshot } from '../../src/index.ts';
import { watchLeftCgroups } from '../engines/left-cgroups.ts';
import { type Podman, podmanOfRoot } from '../engines/podman.ts';
import { hold } from '../held-process.ts';
import { missing } from '../tiers.ts';

after(watchLeftCgroups());

const skip = missing({ root: true, commands: ['podman', 'runc', 'busybox', 'tar', 'unshare', 'nsenter', 'mount'] });
const stay = 'mount --make-rshared /; echo made; while :; do sleep 1; done';

/** Podman on such a host, and what appears of others' mounts in its mount namespace. */
async function startOnSharedHost(t: TestContext): Promise<{ podman: Podman; find: () => readonly string[] }> {
  const host = await hold('unshare', ['-mpf', '--mount-proc', '--kill-child', 'sh', '-c', stay]);
  const enter = ['nsenter', `--mount=/proc/${host.pid}/ns/mnt`, `--pid=/proc/${host.pid}/ns/pid_for_children`, '--'];
  const mnt = readlinkSync(`/proc/${host.pid}/ns/mnt`);
  const podman = podmanOfRoot(t, enter);
  t.after(() => host.end());
  const find = () =>
    runRules(collectSnapshot(), [mountsLeaveChild])
      .findings.filter(({ says }) => says.includes(`appears in ${mnt}`))
      .map(({ severity, says }) => `${severity}: ${says.replaceAll(/\[\d+\]/g, '[]')}`);
  return { podman, find };
}

const words = ['run', '-d', '--network', 'none'];
const image = ['localhost/bb:1', 'sleep', '9999'];

test('That conmon shares the mounts of the host, and containers a volume, are notes.', { skip }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-volume-'));
  t.after(() => rmdirSync(directory));
  const { podman, find } = await startOnSharedHost(t);
  podman.run(...words, ...image);
  assert.deepEqual(find(), []);
  podman.run(...words, '--uidmap', '0:200000:65536', '--gidmap', '0:200000:65536', ...image);
  assert.deepEqual(find(), ['note: what conmon mounts in mnt:[] appears in mnt:[], as Podman means it to']);
  for (let at = 0; at < 3; at++) podman.run(...words, '-v', `${directory}:/data:rshared`, ...image);
  assert.deepEqual(
    find().filter((line) => !line.includes('conmon')),
    ['note: what is mounted below /data in 3 mount namespaces appears in mnt:[]'],
  );
});
