import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLinuxSince } from '../kernels/release.ts';
import { missing } from '../tiers.ts';
import { bedNeeds, listPlaces, makeBed } from './bed.ts';

test('Without privilege the bed works inside a user namespace of its own, and says what it cannot.', {
  skip: missing({ ...bedNeeds, unprivileged: true }),
}, async () => {
  const bed = await makeBed([], { user: true });
  await bed.release();
  const refused = new Set(bed.unsupported.map(({ place }) => place));
  // A kernel without modules may lack veth.
  const noVeth = bed.unsupported.some(({ unsupported }) => unsupported === 'EOPNOTSUPP RTM_NEWLINK(veth)');
  // What wants the initial user namespace, or a device that root alone may open.
  const mayBeRefused = [
    'tap',
    'macvtap',
    'proc-maps',
    'proc-mem',
    'perf-event',
    'pidfd-mount',
    'fs-context',
    'fuse',
    'file-system',
    'detached-file-system',
    ...(noVeth ? ['veth-peer'] : []),
    // From Linux 7.0 on a file below /proc/PID/net cannot be bind mounted.
    ...(isLinuxSince(7, 0) ? ['process-file-mount'] : []),
  ];
  const refusedElsewhere = [...refused].filter((place) => ![...mayBeRefused, 'for-children-unborn'].includes(place));
  assert.deepEqual(refusedElsewhere, []);
  const made = new Set(bed.namespaces.map(({ place }) => place));
  for (const { place } of listPlaces()) assert.ok(made.has(place) || refused.has(place), place);
  const own = bed.namespaces.find(({ place }) => place === 'bed');
  assert.equal(own?.type, 'user');
});
