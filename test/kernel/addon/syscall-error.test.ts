import assert from 'node:assert/strict';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { test } from 'node:test';
import { loadAddon } from '../../../src/kernel/addon/addon.ts';
import { isSyscallError, nameErrno, readErrnoName } from '../../../src/kernel/addon/syscall-error.ts';
import { attempt } from '../../../src/kernel/files/files.ts';

function failure(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

test('A failed system call is known by its code and call; a bug is not taken for one.', () => {
  const refused = failure(() => closeSync(1_000_000));
  assert.ok(isSyscallError(refused));
  assert.deepEqual([refused.code, refused.syscall], ['EBADF', 'close']);
  for (const other of [new TypeError('x'), null, undefined, { code: 'EPERM' }]) {
    assert.equal(isSyscallError(other), false);
    assert.throws(() => readErrnoName(other));
  }
  assert.throws(() => attempt(() => JSON.parse('{')), SyntaxError);
});

test('Failures of the addon have the same shape as those of Node.', () => {
  const result = loadAddon();
  assert.ok('addon' in result, 'missing' in result ? result.missing : '');
  const refused = failure(() => result.addon.nsGetUserns(1_000_000));
  assert.ok(isSyscallError(refused));
  const { code, errno, syscall } = refused;
  assert.deepEqual([code, Math.abs(errno), syscall], ['EBADF', constants.errno.EBADF, 'ioctl(NS_GET_USERNS)']);
  assert.match(refused.message, /EBADF/);
});

test('Node and the addon give an errno the same name.', () => {
  const result = loadAddon();
  assert.ok('addon' in result);
  const numbers = Object.values(constants.errno);
  assert.ok(numbers.length > 50);
  for (const number of numbers) {
    // EWOULDBLOCK and EOPNOTSUPP are second names of one number each.
    const same = new Set(Object.entries(constants.errno).flatMap(([name, value]) => (value === number ? [name] : [])));
    assert.ok(same.has(nameErrno(number)));
    assert.ok(same.has(result.addon.errnoName(number)), `${number}: ${result.addon.errnoName(number)}`);
  }
  assert.equal(nameErrno(9999), 'E9999');
  assert.equal(nameErrno(constants.errno.EAGAIN), 'EAGAIN');
});

test('A call of the addon with the wrong kind of argument is a TypeError, not a refusal.', () => {
  const result = loadAddon();
  assert.ok('addon' in result);
  const wrong = result.addon as unknown as Record<string, (...values: unknown[]) => unknown>;
  for (const [name, values] of [
    ['nsGetUserns', []],
    ['nsGetUserns', ['3']],
    ['readUts', [[3]]],
    ['startProc', ['/proc', 5, '', '', 1, 1]],
    ['nextProc', [5]],
  ] as const) {
    const error = failure(() => wrong[name]?.(...values));
    assert.ok(error instanceof TypeError, `${name}: ${error}`);
    assert.equal(isSyscallError(error), false);
  }
});
