import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { namespaceTypes } from '../../src/model/snapshot/namespace-types.ts';
import { isLinuxSince } from '../kernels/release.ts';
import { missing } from '../tiers.ts';
import { bedNeeds, listPlaces, makeBed } from './bed.ts';

const skip = missing({ ...bedNeeds, root: true });

/** The pairs that this kernel cannot make. Devices may be missing in a kernel without modules. */
function isExpectedRefusal(place: string, errno: string): boolean {
  if (place === 'for-children-unborn') return !isLinuxSince(6, 11);
  if (place === 'tap') return errno === 'ENOENT' && !existsSync('/dev/net/tun');
  if (place === 'macvtap') return errno === 'EOPNOTSUPP' && !existsSync('/sys/module/macvtap');
  if (place === 'fuse') return errno === 'ENOENT' && !existsSync('/dev/fuse');
  if (place === 'proc-maps' || place === 'proc-mem') return errno === 'EOPNOTSUPP' && isLinuxSince(7, 2);
  if (place === 'process-file-mount') return errno === 'ENOENT' && isLinuxSince(7, 0);
  if (place === 'pidfd-mount') return errno === 'EINVAL' && !isLinuxSince(6, 15);
  return place === 'veth-peer' && errno === 'EOPNOTSUPP' && !existsSync('/sys/module/veth');
}

test('The table of hiding places says for every type that it is possible or why not.', { skip }, () => {
  const places = listPlaces();
  assert.ok(places.length > 20);
  for (const { place, types, impossible } of places) {
    assert.deepEqual([...types, ...Object.keys(impossible)].sort(), [...namespaceTypes], place);
    for (const reason of Object.values(impossible)) assert.match(reason, /\w/, place);
  }
});

test('The page on hiding places lists the pairs that the bed can make.', { skip }, () => {
  const rows = readFileSync('docs/hiding-places.md', 'utf8').matchAll(
    /^\| ([a-z-]+) \|((?: x? \|| {2}\|){8}) (.*?) \|/gm,
  );
  const written = [...rows].map(([, place, marks = '', mechanism]) => {
    const cells = marks.split('|').map((cell) => cell.trim() === 'x');
    return { place, types: namespaceTypes.filter((_, index) => cells[index]), mechanism };
  });
  assert.deepEqual(
    written,
    listPlaces().map(({ place, types, mechanism }) => ({ place, types, mechanism })),
  );
});

test('The bed makes every possible pair at once, or names the call that this kernel lacks.', { skip }, async () => {
  const bed = await makeBed();
  try {
    const wanted = listPlaces().flatMap(({ place, types }) => types.map((type) => `${place} ${type}`));
    const made = bed.namespaces.filter(({ auxiliary }) => !auxiliary).map(({ place, type }) => `${place} ${type}`);
    const refused = bed.unsupported.map(({ place, type }) => `${place} ${type}`);
    assert.deepEqual([...made, ...refused].sort(), wanted.sort());
    for (const { place, unsupported } of bed.unsupported)
      assert.ok(isExpectedRefusal(place, unsupported.split(' ')[0] ?? ''), `${place}: ${unsupported}`);
    // An inode number that occurs twice belongs to a namespace that did not live on.
    const inodes = bed.namespaces.map(({ inode }) => inode);
    assert.equal(new Set(inodes).size, inodes.length);
  } finally {
    await bed.release();
  }
  for (const pid of [bed.pid, ...bed.namespaces.flatMap(({ holder }) => holder.pid ?? [])])
    assert.ok(!existsSync(`/proc/${pid}/ns/net`), `process ${pid} is left`);
});

test('The bed makes what it is asked for and nothing else.', { skip }, async () => {
  const bed = await makeBed(['fd:net,uts', 'owner-only']);
  await bed.release();
  const pairs = bed.namespaces.map(({ place, type, auxiliary }) => `${place} ${type}${auxiliary ? ' auxiliary' : ''}`);
  assert.deepEqual(pairs, ['fd net', 'fd uts', 'owner-only uts auxiliary', 'owner-only user']);
});

test('A place that does not exist is refused.', { skip }, async () => {
  await assert.rejects(makeBed(['nowhere']), /status 2/);
});
