// A healthy host with real workloads of many kinds: doctor finds nothing graver than a note, and docs/false-alarms.md has what it finds.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Finding } from '../../src/analysis/findings/finding.ts';
import type { Snapshot } from '../../src/model/snapshot/schema.ts';
import { runNscope } from '../cli/run-nscope.ts';
import { watchLeftCgroups } from '../engines/left-cgroups.ts';
import { missing } from '../tiers.ts';
import {
  startContainerdTasks,
  startDockerContainers,
  startLxc,
  startPodmanContainers,
  startRootlessContainers,
} from './healthy-containers.ts';
import { bootMachine, nameNetworks, startBubblewrap, startChromium } from './healthy-sandboxes.ts';
import { chooseOwn, countFindings, isSeen, type StartedKind } from './own-findings.ts';

after(watchLeftCgroups());

const containers = ['dockerd', 'docker', 'containerd', 'ctr', 'podman', 'runc', 'catatonit', 'busybox', 'tar'];
const rootless = ['useradd', 'userdel', 'newuidmap', 'setpriv', 'pkill'];
const machines = ['systemd-nspawn', 'lxc-create', 'lxc-start', 'bwrap', 'chromium', 'ip'];
const day = 86_400_000;

function diagnose(snapshot: Snapshot, file: string): readonly Finding[] {
  writeFileSync(file, JSON.stringify(snapshot));
  const { stdout, stderr, status } = runNscope(['doctor', '--json', '--fail-on', 'never', '--from', file]);
  assert.equal(status, 0, stderr);
  return (JSON.parse(stdout) as { findings: Finding[] }).findings;
}

/** The row of the table in the document. */
function writeRow({ kind, count }: StartedKind, findings: readonly Finding[]): string {
  const { bySeverity, codes } = countFindings(findings);
  const links = codes.map((code) => `[${code}](findings/${code}.md)`).join(', ');
  return `| ${kind} | ${count} | ${bySeverity.error} | ${bySeverity.warning} | ${bySeverity.note} | ${links || '-'} |`;
}

test('Of healthy workloads nothing graver than a note is found, and of their unhealthy twins a warning.', {
  skip: missing({ root: true, commands: [...containers, ...rootless, ...machines] }),
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-alarms-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const docker = await startDockerContainers(t);
  const healthy = [
    docker.healthy,
    await startContainerdTasks(t),
    startPodmanContainers(t),
    startRootlessContainers(t),
    startLxc(t),
    bootMachine(t),
    startBubblewrap(t),
    startChromium(t),
    nameNetworks(t),
  ];
  // Machines boot, and browsers start their renderers.
  await sleep(10_000);
  const taken = runNscope(['snapshot', '--with', 'mounts,networks', '--compact']);
  assert.equal(taken.status, 0, taken.stderr);
  const snapshot = JSON.parse(taken.stdout) as Snapshot;
  const takenAt = new Date(Date.parse(snapshot.host.takenAt) + day).toISOString();
  const found = diagnose(snapshot, join(directory, 'now.json'));
  const later = diagnose({ ...snapshot, host: { ...snapshot.host, takenAt } }, join(directory, 'later.json'));
  const document = readFileSync('docs/false-alarms.md', 'utf8').split('\n');
  const rows: string[] = [];
  for (const kind of [...healthy, ...docker.twins]) {
    assert.ok(isSeen(kind, snapshot), kind.kind);
    const own = chooseOwn(found, kind, snapshot);
    for (const one of own) t.diagnostic(`${kind.kind}: ${one.severity} ${one.code}: ${one.says}`);
    rows.push(writeRow(kind, own));
    const isTwin = docker.twins.includes(kind);
    // What comes with age alone comes here.
    for (const one of isTwin ? [] : [...own, ...chooseOwn(later, kind, snapshot)])
      assert.equal(one.severity, 'note', `${kind.kind}: ${one.code}: ${one.says}\n${one.seen.join('\n')}`);
  }
  assert.deepEqual(
    document.filter((line) => rows.includes(line)),
    rows,
    `the table is to have\n${rows.join('\n')}`,
  );
});
