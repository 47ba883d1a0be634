import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nsfsBelowBind } from '../../../src/analysis/rules/nsfs-below-bind.ts';
import type { MountView } from '../../../src/model/snapshot/schema.ts';
import { hostView, judge, listCommands, mountView, workloadOf } from './judge.ts';

const pin = (others: Partial<MountView['pins'][number]> = {}): MountView['pins'][number] => ({
  ...{ path: '/run/snapd/ns/a b.mnt', type: 'mnt', inode: 77, propagates: false, unbindable: false },
  on: { device: '0:21', source: '/snapd/ns/a b.mnt' },
  ...others,
});

test('A pinned mount namespace is a note with the command, and who has a directory above it is named.', () => {
  const directories = [{ path: '/host/run', source: '/', device: '0:21', readOnly: true }];
  const exporter = mountView(88, 300, { hostRoot: false, hostDirectories: directories });
  const mountViews = [hostView({ pins: [pin()] }), exporter];
  const workloads = [workloadOf('exporter', { namespaces: [{ type: 'mnt', inode: 88 }] })];
  const [found] = judge(nsfsBelowBind, [], { conditions: { mountViews }, workloads }).findings;
  assert.equal(found?.severity, 'note');
  assert.deepEqual(listCommands(found), ["mount --make-unbindable '/run/snapd/ns/a b.mnt'"]);
  assert.equal(found.seen[1], 'docker:exporter has a directory above one of them mounted on /host/run');
});

test('Pins of other types, and unbindable ones, are nothing.', () => {
  const pins = [pin({ type: 'net' }), pin({ unbindable: true })];
  assert.deepEqual(judge(nsfsBelowBind, [], { conditions: { mountViews: [hostView({ pins })] } }).findings, []);
});

test('Where the mounts of the host were not read it is not decided.', () => {
  const { undecided } = judge(nsfsBelowBind, [], { conditions: { mountViews: [] } });
  assert.match(undecided[0]?.why ?? '', /were not read/);
});
