import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOverlayLayers } from '../../../src/parse/storage/overlay-layers.ts';

test('Layers of an overlay are taken from its options, however they were given to mount.', () => {
  const options = ['rw', 'lowerdir=/a:/b', 'upperdir=/u', 'workdir=/w', 'redirect_dir=on'];
  assert.deepEqual(parseOverlayLayers(options), [
    { kind: 'lower', path: '/a' },
    { kind: 'lower', path: '/b' },
    { kind: 'upper', path: '/u' },
    { kind: 'work', path: '/w' },
  ]);
  assert.deepEqual(parseOverlayLayers(['ro', 'lowerdir+=/a', 'lowerdir+=/b', 'datadir+=/c']), [
    { kind: 'lower', path: '/a' },
    { kind: 'lower', path: '/b' },
    { kind: 'lower', path: '/c' },
  ]);
  assert.deepEqual(parseOverlayLayers(['ro', 'lowerdir=/a::/c']), [
    { kind: 'lower', path: '/a' },
    { kind: 'lower', path: '/c' },
  ]);
});

test('Colons, commas and blanks in the names of layers are read as they were written.', () => {
  assert.deepEqual(parseOverlayLayers(['lowerdir=/a\\:b:/c\\054d:/e\\040f']), [
    { kind: 'lower', path: '/a:b' },
    { kind: 'lower', path: '/c,d' },
    { kind: 'lower', path: '/e f' },
  ]);
});

test('Relative layers lie where docker calls mount, next to the upper one.', () => {
  const layers = parseOverlayLayers(['lowerdir=l/AB:l/CD', 'upperdir=/var/lib/docker/overlay2/ef/diff']);
  assert.deepEqual(
    layers.map(({ path }) => path),
    ['/var/lib/docker/overlay2/l/AB', '/var/lib/docker/overlay2/l/CD', '/var/lib/docker/overlay2/ef/diff'],
  );
});
