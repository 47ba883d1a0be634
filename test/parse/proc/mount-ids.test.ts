import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFirstMount, parseMountIds } from '../../../src/parse/proc/mount-ids.ts';
import { assertMalformed } from '../text/malformed-as.ts';

const text = `22 27 0:21 / /proc rw,relatime - proc proc rw
23 27 0:22 / /sys rw,relatime - sysfs sysfs rw
`;

test('The ids of all mounts are read, and that of the parent of the first.', () => {
  assert.deepEqual(parseMountIds(text), [22, 23, 27]);
  assert.deepEqual(parseMountIds(''), []);
});

test('The first id is read from a text that is cut.', () => {
  assert.equal(parseFirstMount(text.slice(0, 8)), 22);
  assert.equal(parseFirstMount(''), undefined);
});

test('A first line that is no mount is malformed.', () => {
  assertMalformed(() => parseFirstMount('root'), '/proc/PID/mountinfo', 1, 'a mount id');
});
