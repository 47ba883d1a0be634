// Containers as the kernel has them: processes in namespaces and in a control group that is named as Docker names them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { auditFields } from '../../src/analysis/audit/audit-fields.ts';
import { auditWorkloads, type WorkloadAudit } from '../../src/analysis/audit/audit-workloads.ts';
import { defaultPolicy } from '../../src/analysis/audit/default-policy.ts';
import { applyPolicy, compileRule } from '../../src/analysis/audit/policy.ts';
import { SnapshotIndex } from '../../src/analysis/graph/snapshot-index.ts';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { listCapabilities } from '../../src/model/names/capability-names.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import { hold, readLinksOf, readOnlyChild } from '../held-process.ts';
import { waitUntil } from '../marked-processes.ts';
import { missing } from '../tiers.ts';
import { listHierarchies } from '../workloads/pretenders.ts';

const skip = missing({ root: true, commands: ['unshare', 'nsenter', 'setpriv', 'mount'] });

const stay = ['sh', '-c', 'echo; sleep 987'];

/** Starts a command in the control group of a container. @returns its id and the PID of the command */
async function begin(t: TestContext, number: number, words: readonly string[]): Promise<{ id: string; pid: number }> {
  const id = `${process.pid}`.padStart(60, 'a').concat(String(number).padStart(4, '0')).replaceAll('a', 'e');
  const outer = join(
    listHierarchies()[0] ?? assert.fail('needs a control group'),
    `nscope-audit-${process.pid}-${number}`,
  );
  const directories = [outer, join(outer, 'docker'), join(outer, 'docker', id)];
  for (const directory of directories) mkdirSync(directory);
  const script = 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"';
  const held = await hold('sh', ['-c', script, 'sh', join(outer, 'docker', id), ...words]);
  t.after(async () => {
    await held.end();
    await waitUntil(
      'the control group is empty',
      () => readFileSync(join(outer, 'docker', id, 'cgroup.procs'), 'utf8') === '',
    );
    for (const directory of directories.reverse()) rmdirSync(directory);
  });
  return { id, pid: held.pid };
}

interface Audited {
  readonly field: (name: string) => unknown;
  readonly audit: WorkloadAudit;
  readonly codes: readonly string[];
}

/** What an audit says of a container now. */
function look(id: string): Audited {
  const audits = auditWorkloads(new SnapshotIndex(collectSnapshot()));
  const audit = audits.find(({ workload }) => workload.engine === 'docker' && workload.id === id);
  assert.ok(audit, 'it is a workload');
  const { findings } = applyPolicy([audit], defaultPolicy.map(compileRule));
  return {
    audit,
    field: (name) => auditFields.find((one) => one.name === name)?.value(audit),
    codes: findings.map(({ code }) => code),
  };
}

test('A container in the network of the host, with the files of the host and nothing restricted, is said to be that.', {
  skip,
}, async (t) => {
  const { id } = await begin(t, 1, ['unshare', '-pimu', '--fork', '--mount-proc', ...stay]);
  const { field, codes } = look(id);
  assert.deepEqual(
    ['netns', 'pidns', 'ipcns', 'utsns', 'mntns', 'userns'].map(field),
    // unshare itself stays in the pid namespace of the host.
    ['host', 'partly', 'own', 'own', 'own', 'host'],
  );
  const bounding = /^CapBnd:\t(.*)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '';
  assert.deepEqual(field('bounding'), listCapabilities(bounding));
  assert.equal(field('noNewPrivs'), false);
  assert.equal(field('runsAsRoot'), true);
  assert.equal(field('hostRoot'), true);
  // /proc of the host lies below the one that unshare has mounted.
  assert.ok(['bare', 'partly'].includes(String(field('proc'))), String(field('proc')));
  for (const code of ['host-network', 'host-pid', 'sensitive-mount', 'bare-proc', 'may-gain-privileges'])
    assert.ok(codes.includes(code), code);
  assert.ok(!codes.includes('host-ipc'));
});

test('The fix is seen: covered settings, a network of its own, no more privileges.', { skip }, async (t) => {
  const cover = 'mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys && exec "$@"';
  const tight = [
    'setpriv',
    '--no-new-privs',
    '--bounding-set',
    '-all',
    '--inh-caps',
    '-all',
    '--reuid',
    '65534',
    '--clear-groups',
  ];
  const words = ['sh', '-c', cover, 'sh', ...tight, '--', ...stay];
  const { id, pid } = await begin(t, 2, ['unshare', '-npimu', '--fork', '--mount-proc', ...words]);
  const { audit, codes } = look(id);
  assert.equal(audit.places.net.verdict, 'own');
  assert.deepEqual(audit.places.net.inodes, [readLinksOf(readOnlyChild(pid)).net]);
  assert.ok(!codes.includes('host-network'));
  assert.ok(!codes.includes('bare-proc'), codes.join(' '));
});

test('Two containers in one network are said to share it, and neither has that of the host.', { skip }, async (t) => {
  const first = await begin(t, 3, ['unshare', '-n', ...stay]);
  const second = await begin(t, 4, ['nsenter', '-t', String(first.pid), '-n', 'unshare', '-m', ...stay]);
  const { audit, codes } = look(second.id);
  assert.equal(audit.places.net.verdict, 'shared');
  assert.deepEqual(
    audit.places.net.sharedWith.map(({ id }) => id),
    [first.id],
  );
  assert.equal(audit.places.mnt.verdict, 'own');
  assert.ok(!codes.includes('host-network'));
  assert.ok(codes.includes('host-ipc'));
});

test('In a user namespace of its own a container is not privileged, whatever it may do there.', { skip }, async (t) => {
  const user = await hold('unshare', ['-U', ...stay]);
  t.after(() => user.end());
  for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${user.pid}/${map}`, '0 100000 1000');
  const { id } = await begin(t, 5, ['nsenter', '-t', String(user.pid), '-U', 'unshare', '-mn', ...stay]);
  const { field, codes } = look(id);
  assert.equal(field('userns'), 'own');
  assert.ok((field('capabilities') as string[]).includes('CAP_SYS_ADMIN'));
  assert.equal(field('mapsRoot'), false);
  assert.equal(field('runsAsRoot'), false);
  for (const code of ['privileged', 'added-capabilities', 'host-user', 'root-user'])
    assert.ok(!codes.includes(code), code);
});

test('What of a file system of the host is mounted in a container is named by the path of the host.', {
  skip,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-audit-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', 'nscope', directory], { encoding: 'utf8' });
  t.after(() => {
    spawnSync('umount', [directory]);
    rmdirSync(directory);
  });
  assert.equal(mounted.status, 0, mounted.stderr);
  mkdirSync(join(directory, 'etc'));
  const bind = `mount --bind ${directory}/etc /media && mount --bind ${directory} /srv && exec "$@"`;
  const { id } = await begin(t, 6, ['unshare', '-m', 'sh', '-c', bind, 'sh', ...stay]);
  const { audit, field } = look(id);
  assert.ok(isKnown(audit.mounts));
  const kinds = audit.mounts.hostMounts.flatMap(({ path, source, kind }) =>
    path === '/media' || path === '/srv' ? [`${path} ${source} ${kind}`] : [],
  );
  assert.deepEqual(kinds, [`/media ${directory}/etc plain`, `/srv ${directory} sensitive`]);
  assert.ok((field('sensitiveMounts') as string[]).includes(directory));
});
