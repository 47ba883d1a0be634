import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePasswd, parsePrimaryGroups } from '../../../src/parse/text/passwd.ts';

test('Users come by uid, the first of two with one uid before the second.', () => {
  const users = parsePasswd('root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\nnobody:*:65534:65534:::\n');
  assert.deepEqual(
    [...users],
    [
      [0, 'root'],
      [65534, 'nobody'],
    ],
  );
});

test('Lines that are no users are passed over.', () => {
  assert.deepEqual([...parsePasswd('')], []);
  assert.deepEqual(
    [...parsePasswd('# comment\n+::::::\n+@group:x:::\n:x:5:5::/:\nx:x:abc:1::/:\nx:x:-1:1::/:\ny\n')],
    [],
  );
});

test('Primary groups are read in the same way.', () => {
  const text =
    'root:x:0:0:root:/root:/bin/sh\nada:x:1000:100::/home/ada:/bin/sh\nbad:x:1001:y::/:\ntwin:x:1000:7::/:\n';
  assert.deepEqual(
    [...parsePrimaryGroups(text)],
    [
      [0, 0],
      [1000, 100],
    ],
  );
});
