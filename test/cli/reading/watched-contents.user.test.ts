// What `nscope watch --mounts` was asked for, once its namespace may be another one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findContents } from '../../../src/cli/watch/watched-contents.ts';
import { collectSnapshot } from '../../../src/collect/collect.ts';

test('A number that another namespace has by now is refused, and so is none that is the same.', async (t) => {
  const contents = await findContents({ mounts: true }, { behind: undefined, repeated: {} });
  const { namespaces } = collectSnapshot();
  contents.checkSame({ namespaces });
  const [own] = namespaces.filter(({ type, inode }) => type === 'mnt' && contents.mounts.includes(inode));
  assert.ok(own);
  if (typeof own.id !== 'string') return t.skip('this kernel gives mount namespaces no 64-bit id');
  assert.throws(() => contents.checkSame({ namespaces: [{ ...own, id: '1' }] }), { name: 'NotFoundError' });
});
