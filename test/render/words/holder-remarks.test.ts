import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeldBy } from '../../../src/analysis/release/find-holders.ts';
import type { UnseenHolders } from '../../../src/model/snapshot/schema.ts';
import { describeHolderRemarks } from '../../../src/render/words/holder-remarks.ts';
import { container, snapshotOf } from '../../container-host.ts';

const { namespaces } = snapshotOf();

function find(type: 'net' | 'uts' | 'mnt') {
  return namespaces.find((one) => one.type === type && one.inode === container[type]) ?? assert.fail(type);
}

const init: HeldBy = { kind: 'process', pid: 812, what: 'sh', release: 'kill 812', releaseNote: 'it handles SIGTERM' };
const why = 'the descriptors of process 1 are refused (EACCES)';
const unseen: readonly UnseenHolders[] = [
  { kind: 'fd', why },
  { kind: 'socket', why },
];

function held(type: 'net' | 'uts' | 'mnt', isToldByKernel = false) {
  return { namespace: find(type), holders: [init], isToldByKernel };
}

test('What is said of a holder, and what was not seen, is said once of a workload with many namespaces.', () => {
  assert.deepEqual(describeHolderRemarks([held('mnt'), held('net'), held('uts')], unseen), [
    'to release process 812: it handles SIGTERM',
    `not seen: open descriptors, sockets (${why})`,
  ]);
});

test('Where the kernel tells of all holders of some, the gaps are said of the others, with what can hold those.', () => {
  const [, gaps] = describeHolderRemarks([held('net', true), held('uts')], unseen);
  assert.equal(gaps, `not seen of uts:[${container.uts}]: open descriptors (${why})`);
  assert.equal(describeHolderRemarks([held('net', true), held('uts', true)], unseen).length, 1);
  assert.equal(describeHolderRemarks([held('net')], []).length, 1);
});
