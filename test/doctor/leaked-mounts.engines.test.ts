// A container of Podman that has the host's directories, as node_exporter has, keeps what was mounted for another one.
// Podman leaves the directories in which it mounted until `rm`; that of Docker removes them, and copies go with them.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Finding } from '../../src/analysis/findings/finding.ts';
import { runNscope } from '../cli/run-nscope.ts';
import { watchLeftCgroups } from '../engines/left-cgroups.ts';
import { podmanOfRoot } from '../engines/podman.ts';
import { missing } from '../tiers.ts';
import { runCommand } from './judge-host.ts';

after(watchLeftCgroups());

const skip = missing({ root: true, commands: ['podman', 'runc', 'busybox', 'tar', 'nsenter'] });

function find(storage: string): readonly Finding[] {
  const { stdout, stderr } = runNscope(['doctor', '--only', 'mount-left-behind', '--fail-on', 'never', '--json']);
  assert.ok(stdout !== '', stderr);
  return (JSON.parse(stdout) as { readonly findings: readonly Finding[] }).findings.filter(({ subjects }) =>
    subjects.some((one) => one.kind === 'path' && one.path.startsWith(storage)),
  );
}

test('What was mounted for a stopped container and a monitoring one still has is found until it is unmounted there.', {
  skip,
}, (t) => {
  const podman = podmanOfRoot(t);
  const run = (...words: string[]) =>
    podman.run('run', '-d', '--network', 'none', ...words, 'localhost/bb:1', 'sleep', '999').trim();
  const id = run();
  run('--name', 'exporter', '-v', '/:/host:ro,rprivate');
  assert.deepEqual(find(podman.storage), [], 'the container runs');
  podman.run('stop', '-t0', id);
  const found = find(podman.storage);
  t.diagnostic(found.map(({ says }) => says).join('\n'));
  assert.ok(found.length > 0, 'the exporter has a copy');
  const exporter = Number(podman.run('inspect', '-f', '{{.State.Pid}}', 'exporter').trim());
  for (const { severity, subjects } of found) {
    assert.equal(severity, 'warning');
    assert.ok(subjects.some((one) => one.kind === 'process' && one.pid === exporter));
  }
  for (const { fixes } of found) runCommand(fixes[0]?.command);
  assert.deepEqual(find(podman.storage), []);
});
