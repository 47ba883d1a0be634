// Which mounts and links a stream is asked for, by anybody.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxContents, wantsContents } from '../../../src/live/contents/contents.ts';
import type { WatchOptions } from '../../../src/live/events/watch-options.ts';

const inodes = (count: number) => Array.from({ length: count }, (_, at) => 4_026_532_000 + at);

test('Lists of inodes are taken, also empty ones and one inode several times.', () => {
  assert.equal(wantsContents({}), false);
  assert.equal(wantsContents({ mounts: [], links: [] }), false);
  assert.equal(wantsContents({ mounts: inodes(maxContents) }), true);
  assert.equal(wantsContents({ links: Array.from({ length: 40 }, () => 4_026_532_000) }), true);
});

test('What is no list of inodes, and one that is too long, is refused with its name.', () => {
  for (const wrong of [5, 'mnt', { 0: 1 }, ['x'], [-1], [0], [1.5], [Number.NaN]]) {
    assert.throws(() => wantsContents({ mounts: wrong } as unknown as WatchOptions), /^TypeError: mounts: /);
    assert.throws(() => wantsContents({ links: wrong } as unknown as WatchOptions), /^TypeError: links: /);
  }
  assert.throws(() => wantsContents({ links: null } as unknown as WatchOptions), /^TypeError: links: /);
  assert.throws(
    () => wantsContents({ mounts: inodes(maxContents + 1) }),
    /^RangeError: mounts: at most 32 .*, not 33$/,
  );
});
