import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameExport, parseNfsExports } from '../../../src/parse/storage/nfs-exports.ts';

test('What the NFS server has at hand is read as the kernel writes it.', () => {
  const text =
    '#path domain(flags)\n/srv/ex\\040a\tsomebody(rw,no_root_squash,sync,no_wdelay,fsid=7)\n# /old\tgone(ro)\n';
  assert.deepEqual(parseNfsExports(text), [{ path: '/srv/ex a', client: 'somebody' }]);
});

test('The table of exportfs may name several clients of one directory in a line or in several.', () => {
  const text = '/srv\t10.0.0.0/24(ro,sync)\n/srv\t*(rw,fsid=0) @lan(ro)\n';
  assert.deepEqual(
    parseNfsExports(text).map(({ client }) => client),
    ['10.0.0.0/24', '*', '@lan'],
  );
});

test('exportfs is given a client with colons in brackets, since it cuts at the first one.', () => {
  const names = ['10.0.0.0/24', '*', 'fd00::/64'].map((client) => nameExport({ path: '/srv/a b', client }));
  assert.deepEqual(names, ['10.0.0.0/24:/srv/a b', '*:/srv/a b', '[fd00::/64]:/srv/a b']);
});
