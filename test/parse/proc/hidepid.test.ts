import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHidepid } from '../../../src/parse/proc/hidepid.ts';

test('hidepid is a number, which younger kernels write as a word, and 0 where it is not shown.', () => {
  assert.equal(parseHidepid('rw'), '0');
  assert.equal(parseHidepid('rw,hidepid=2,gid=27'), '2');
  assert.equal(parseHidepid('rw,gid=27,hidepid=invisible'), '2');
  assert.equal(parseHidepid('hidepid=noaccess'), '1');
  assert.equal(parseHidepid('rw,hidepid=ptraceable,subset=pid'), '4');
  assert.equal(parseHidepid('rw,nohidepid=2'), '0');
});
