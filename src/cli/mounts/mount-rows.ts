// Rows of differences between two mount namespaces, and mounts as JSON.
import type { MountDifference } from '../../analysis/mounts/compare-mounts.ts';
import { findOrigin, listGroup } from '../../analysis/mounts/describe-mount.ts';
import { listPaths } from '../../analysis/mounts/translate-path.ts';
import type { MountRow, MountScene } from '../../render/columns/mount-columns.ts';
import type { ChosenTable } from './mount-scene.ts';

/** Of many places no more are named. */
const maxNamed = 3;

export function differenceRow(
  difference: MountDifference,
  a: ChosenTable,
  b: ChosenTable,
  scene: MountScene,
): MountRow {
  const { kind, mount } = difference;
  const { inode, layout } = kind === 'only-b' ? b : a;
  const other = kind === 'only-b' ? a : b;
  if (!layout) throw new TypeError('mounts that are not known were compared');
  const row = { mount, inode, layout, scene };
  if (kind === 'differs') return { ...row, change: '~', difference: difference.words.join('; ') };
  const whole = other.layout ? [...listPaths({ device: mount.device, path: mount.root }, other.layout)] : [];
  const found =
    difference.elsewhere.length > 0
      ? difference.elsewhere.map(({ mountPoint }) => mountPoint)
      : whole.filter(({ coveredBy }) => !coveredBy).map(({ path }) => path);
  const places = [...new Set(found)];
  const rest = places.length - maxNamed;
  const elsewhere =
    places.length === 0
      ? scene.tables.layout(other.inode)?.ofDevice(mount.device).length === 0
        ? 'not mounted there'
        : whole.length > 0
          ? 'covered there'
          : 'other parts are mounted there'
      : `there on ${places.slice(0, maxNamed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  return { ...row, change: kind === 'only-a' ? '-' : '+', difference: elsewhere };
}

/** Everything of a mount, with what follows from the other tables. */
export function toJsonMount({ mount, inode, layout, scene, change, difference }: MountRow): Record<string, unknown> {
  const { oldId: coveredBy } = layout.coveredBy(mount) ?? {};
  return {
    mountNamespace: inode,
    ...(change !== undefined && { change, difference }),
    ...mount,
    coveredBy: coveredBy ?? null,
    hides: layout.countHidden(mount),
    origin: findOrigin(mount, layout, scene.host) ?? null,
    peers: listGroup(scene.tables, mount.peerGroup, mount, inode),
    masters: listGroup(scene.tables, mount.master, mount, inode),
  };
}
