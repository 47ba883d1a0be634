import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isKnown, knownOr, notAsked, unknownFromErrno } from '../../../src/model/snapshot/known.ts';
import {
  findTypeByCloneValue,
  formatNamespace,
  isNamespaceType,
  namespaceLinks,
  namespaceTypeFacts,
  namespaceTypes,
  readLinkType,
} from '../../../src/model/snapshot/namespace-types.ts';
import { nscopeVersion } from '../../../src/model/snapshot/version.ts';

test('Each of the eight types is known by its name and by its clone flag, and by no other.', () => {
  assert.equal(namespaceTypes.length, 8);
  assert.equal(new Set(namespaceTypes.map((type) => namespaceTypeFacts[type].cloneValue)).size, 8);
  for (const type of namespaceTypes) {
    assert.equal(namespaceTypeFacts[type].type, type);
    assert.equal(findTypeByCloneValue(namespaceTypeFacts[type].cloneValue), type);
    assert.equal(isNamespaceType(type), true);
  }
  assert.equal(findTypeByCloneValue(0), undefined);
  for (const word of ['', 'NET', 'pid_for_children', 'constructor']) assert.equal(isNamespaceType(word), false);
});

test('The links of children lead to namespaces of the type without the suffix.', () => {
  assert.deepEqual(namespaceLinks.map(readLinkType), [...namespaceTypes, 'pid', 'time']);
});

test('A namespace is printed as the kernel does.', () => {
  assert.equal(formatNamespace('net', 4026531833), 'net:[4026531833]');
});

test('An errno says why a value is not known.', () => {
  const reasons = ['EACCES', 'EPERM', 'ENOENT', 'ESRCH', 'ESTALE', 'ENOTTY', 'EMFILE'].map(
    (errno) => unknownFromErrno(errno).unknown,
  );
  assert.deepEqual(reasons, ['denied', 'denied', 'gone', 'gone', 'gone', 'unsupported', 'unsupported']);
  assert.equal(unknownFromErrno('EPERM').errno, 'EPERM');
});

test('A value is known unless it is an object that says why it is not.', () => {
  for (const value of [0, '', false, null, [], {}, { seconds: 0 }]) assert.equal(isKnown(value), true);
  assert.equal(isKnown(notAsked), false);
  assert.equal(knownOr(notAsked, 7), 7);
  assert.equal(knownOr(0, 7), 0);
});

test('The version that a snapshot carries is the version of the package.', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  assert.equal(nscopeVersion, version);
});
