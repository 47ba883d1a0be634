import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseVariable } from '../../../src/parse/proc/environment.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

test('A variable is found by its whole name, the first of that name.', () => {
  const environment = bytes('mycontainer=no\0container=podman\0container=lxc\0EMPTY=\0TERM=x=y\0');
  assert.equal(parseVariable(environment, 'container'), 'podman');
  assert.equal(parseVariable(environment, 'EMPTY'), '');
  assert.equal(parseVariable(environment, 'TERM'), 'x=y');
  assert.equal(parseVariable(environment, 'contain'), undefined);
  assert.equal(parseVariable(bytes(''), 'container'), undefined);
});

test('A value that is not UTF-8 keeps its bytes.', () => {
  assert.equal(parseVariable(bytes('container=\xff\0'), 'container'), '\udcff');
});
