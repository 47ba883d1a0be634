import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { parseNamespaceName } from '../../../src/parse/proc/namespace-name.ts';

test('The kernel’s name of a namespace gives its type and its inode number, for every type.', () => {
  for (const type of namespaceTypes)
    assert.deepEqual(parseNamespaceName(`${type}:[4026532992]`), { type, inode: 4026532992 });
});

test('Whatever else a link leads to is not a namespace.', () => {
  const others = [
    'socket:[4026532992]',
    'pipe:[4026532992]',
    'anon_inode:[pidfd]',
    '/net:[4026532992]',
    'net:[4026532992] (deleted)',
    'net:[4026532992]\n',
    'net:[]',
    'net:[-1]',
    'net:[0x10]',
    'net:4026532992',
    'pid_for_children:[4026532992]',
    'NET:[4026532992]',
    '',
  ];
  for (const text of others) assert.equal(parseNamespaceName(text), undefined, JSON.stringify(text));
});
