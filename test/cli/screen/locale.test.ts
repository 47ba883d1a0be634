import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAsciiLocale } from '../../../src/cli/screen/locale.ts';

test('LC_ALL counts before LC_CTYPE before LANG, and an empty one is as if it were not set.', () => {
  assert.ok(isAsciiLocale({ LC_ALL: 'C', LC_CTYPE: 'C.UTF-8', LANG: 'en_US.UTF-8' }));
  assert.ok(!isAsciiLocale({ LC_ALL: 'C.UTF-8', LC_CTYPE: 'C', LANG: 'C' }));
  assert.ok(isAsciiLocale({ LC_ALL: '', LC_CTYPE: 'POSIX', LANG: 'en_US.UTF-8' }));
  assert.ok(!isAsciiLocale({ LC_CTYPE: 'UTF-8', LANG: 'C' }));
  assert.ok(isAsciiLocale({ LANG: 'C' }));
  assert.ok(!isAsciiLocale({ LC_ALL: '', LC_CTYPE: '', LANG: 'de_AT.utf8' }));
});

test('A locale with another charset, or none in its name, is not taken for UTF-8; where none is set nobody has chosen.', () => {
  assert.ok(isAsciiLocale({ LANG: 'de_AT.ISO-8859-1' }));
  assert.ok(isAsciiLocale({ LANG: 'de_AT' }));
  assert.ok(!isAsciiLocale({}));
  assert.ok(!isAsciiLocale({ LC_ALL: '', LC_CTYPE: '', LANG: '' }));
});
