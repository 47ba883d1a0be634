import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCapabilitiesOver, grants, type Subject } from '../../src/analysis/capabilities/capable-over.ts';
import { explainPowers } from '../../src/analysis/capabilities/may-enter.ts';
import { hasCapability, listCapabilities } from '../../src/model/names/capability-names.ts';
import type { NamespaceType } from '../../src/model/snapshot/namespace-types.ts';
import { container, indexOf } from '../container-host.ts';
import { denied, hostInodes } from '../recorded-facts.ts';

const all = '1ffffffffff';
const index = indexOf();

function over(subject: Subject, target: number) {
  return findCapabilitiesOver(subject, target, index);
}

function powers(subject: Subject, type: NamespaceType, inode: number, pidNamespace = hostInodes.pid) {
  return explainPowers(subject, pidNamespace, index.namespace(type, inode) ?? assert.fail(), index);
}

const root: Subject = { euid: 0, effective: all, userNamespace: hostInodes.user };
const ada: Subject = { euid: 1000, effective: '0', userNamespace: hostInodes.user };
const inside: Subject = { euid: 0, effective: all, userNamespace: container.user };

test('A process has its effective set where it is and below, and all of it where it made the namespace.', () => {
  assert.deepEqual([over(root, hostInodes.user).rule, over(root, hostInodes.user).set], ['own', all]);
  assert.deepEqual([over(root, container.user).rule, over(root, container.user).set], ['above', all]);
  assert.deepEqual([over(ada, container.user).rule, over(ada, container.user).set], ['owner', 'all']);
  const other = { ...ada, euid: 1001 };
  assert.deepEqual([over(other, container.user).rule, over(other, container.user).set], ['above', '0']);
  assert.deepEqual([over(inside, hostInodes.user).rule, over(inside, hostInodes.user).set], ['outside', '0']);
  assert.equal(grants(over(ada, container.user), 'CAP_NET_ADMIN'), true);
  assert.equal(grants(over(inside, hostInodes.user), 'CAP_NET_ADMIN'), false);
});

test('Where the chain of parents is not known, nothing is claimed.', () => {
  const unclear = indexOf([{ fact: 'namespace', type: 'user', inode: 77, parent: denied, owner: denied }]);
  const verdict = findCapabilitiesOver(root, 77, unclear);
  assert.deepEqual([verdict.rule, verdict.set], ['unknown', denied]);
  assert.deepEqual(grants(verdict, 'CAP_CHOWN'), denied);
});

test('Root enters what is below; who made a user namespace enters what it owns through it; the inside enters no outside.', () => {
  assert.equal(powers(root, 'net', container.net).enter, 'yes');
  assert.equal(powers(ada, 'user', container.user).enter, 'yes');
  assert.equal(powers(ada, 'net', container.net).enter, 'through-owner');
  assert.equal(powers(ada, 'net', container.net).verdict, 'enter');
  assert.equal(powers(inside, 'uts', hostInodes.uts).verdict, 'none');
  assert.equal(powers(root, 'user', hostInodes.user).enter, 'no');
});

test('A mount namespace demands CAP_SYS_CHROOT as well, and a pid namespace must be below.', () => {
  const noChroot = { ...root, effective: (BigInt(`0x${all}`) & ~(1n << 18n)).toString(16) };
  assert.equal(powers(noChroot, 'mnt', hostInodes.mnt).enter, 'no');
  assert.equal(powers(noChroot, 'mnt', container.mnt).enter, 'through-owner');
  assert.equal(powers(noChroot, 'net', container.net).enter, 'yes');
  assert.equal(powers(root, 'pid', container.nestedPid).enter, 'yes');
  assert.equal(powers(root, 'pid', container.pid, container.nestedPid).enter, 'no');
});

test('What may be configured and not entered is told apart.', () => {
  const netAdmin = { ...ada, euid: 1001, effective: (1n << 12n).toString(16) };
  const { enter, configure, verdict } = powers(netAdmin, 'net', container.net);
  assert.deepEqual([enter, configure.granted, verdict], ['no', true, 'configure']);
});

test('Capabilities have the names of capabilities(7), and newer ones a number.', () => {
  assert.deepEqual(listCapabilities('1'), ['CAP_CHOWN']);
  assert.deepEqual(listCapabilities('30000000000'), ['CAP_CHECKPOINT_RESTORE', 'cap_41']);
  assert.equal(listCapabilities(all).length, 41);
  assert.equal(hasCapability('200000', 'CAP_SYS_ADMIN'), true);
});
