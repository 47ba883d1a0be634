// The layers of overlays: clones of mounts, which keep the super block and not the mount. The options have the paths of who
// mounted it, which may mean something else where nscope is, or by now.
import type { MountForest } from '../../analysis/busy/mount-forest.ts';
import { lookAtPath } from '../../kernel/busy/named-places.ts';
import type { Keeper } from '../../model/evidence/mount-use.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { type OverlayLayer, parseOverlayLayers } from '../../parse/storage/overlay-layers.ts';
import { keptByFile, type PlaceFinder } from './find-place.ts';
import { oneMountOfEach } from './list-file-system-devices.ts';

export interface FoundLayers {
  readonly keepers: readonly Keeper[];
  /** Where no layer was looked for, each a clause with the reason. */
  readonly lost: readonly string[];
}

/** @param own - the mount namespace that nscope is in */
export function findLayers(forest: MountForest, own: number, place: PlaceFinder): FoundLayers {
  const keepers: Keeper[] = [];
  const lost: string[] = [];
  for (const { mount } of oneMountOfEach(forest, 'overlay')) {
    const { device, source } = mount;
    const layers = parseOverlayLayers(mount.superOptions).filter(({ kind }) => kind !== 'work');
    const relative = layers.filter((layer) => !isAbsolute(layer));
    const base = relative.length === 0 ? undefined : findBase(relative, device, own, forest);
    if (relative.length > 0 && base === undefined) {
      const paths = relative.map(({ path }) => path).join(', ');
      lost.push(`where the layers of the overlay ${source} (${device}) lie: ${paths} is relative`);
    }
    for (const layer of layers) {
      const path = isAbsolute(layer) ? layer.path : base === undefined ? undefined : `${base}/${layer.path}`;
      const [kept] = path === undefined ? [] : keptByFile(place(path));
      if (path === undefined || kept === undefined) continue;
      keepers.push({ kind: 'overlay', device, name: source, path, on: kept.on, isInferred: true });
    }
  }
  return { keepers, lost };
}

function isAbsolute({ path }: OverlayLayer): boolean {
  return path.startsWith('/');
}

/**
 * Where relative paths began: engines call mount(2) in the directory that has their layers and their mount points, docker in
 * DATA-ROOT/overlay2. It is one above a mount point of the overlay in which all of the layers are.
 */
function findBase(
  relative: readonly OverlayLayer[],
  device: string,
  own: number,
  forest: MountForest,
): string | undefined {
  const above = forest
    .ofDevice(device)
    .filter(({ namespace }) => namespace === own)
    .flatMap(({ mount }) => listAbove(mount.mountPoint).slice(0, maxAbove));
  return [...new Set(above)].find((directory) =>
    relative.every(({ path }) => isKnown(lookAtPath({ path: `${directory}/${path}` }))),
  );
}

/** Docker and Podman have their mount points two below. */
const maxAbove = 4;

/** `/a/b`, `/a` of /a/b/c. */
function listAbove(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, i) => `/${parts.slice(0, parts.length - i).join('/')}`);
}
