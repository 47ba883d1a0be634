import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { main } from '../../cli/run-nscope.ts';
import { missing } from '../../tiers.ts';

const skip = missing({ root: true, commands: ['bash'] });

test('A host name of any bytes is text where it is UTF-8, and has its other bytes as PEP 383 has them.', {
  skip,
}, () => {
  const inside = `${process.execPath} ${main} ls --type uts --json --filter 'inode == '"$(stat -Lc %i /proc/self/ns/uts)"`;
  const script = `exec ${process.execPath} ${main} run --hostname $'grün\\xff\\x9b' -- sh -c "$1"`;
  const told = execFileSync('bash', ['-c', script, 'bash', inside], { encoding: 'utf8' });
  assert.ok(told.includes('"nodename":"grün\\udcff\\udc9b"'), told);
});
