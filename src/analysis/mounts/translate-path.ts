// The path of a file of one mount namespace in another, or why it has none there. Told by the tables of mounts alone: no
// path is opened, so that a symbolic link is the link itself, and whether there is such a file is not looked at.

import { joinPath, type MountLayout, relate } from '../../model/derived/mount-layout.ts';
import type { Mount } from '../../model/snapshot/schema.ts';

/** A file by what a mount shows of a file system: the same in every mount namespace. */
export interface FilePlace {
  readonly device: string;
  /** In the file system's own tree. */
  readonly path: string;
}

/** A path that leads to a file, or would if nothing lay over it. */
export interface FoundPath {
  readonly path: string;
  readonly mount: Mount;
  /** The mount that a path leads to instead. */
  readonly coveredBy?: Mount;
}

export interface Translation {
  /** The mount that the path leads to. */
  readonly mount: Mount;
  readonly place: FilePlace;
  /** Those that lead there, the shortest first. */
  readonly paths: readonly FoundPath[];
  /** Those that would. */
  readonly covered: readonly FoundPath[];
  /** Mounts of the same file system there that show other parts of it. */
  readonly outside: readonly Mount[];
}

/** @returns undefined where nothing is mounted that the path could lead to */
export function translatePath(path: string, from: MountLayout, to: MountLayout): Translation | undefined {
  const found = from.resolve(path);
  if (!found) return undefined;
  const { mount, below } = found;
  const place = { device: mount.device, path: joinPath(mount.root, below) };
  return { mount, place, ...findPaths(place, to) };
}

/** Where a file can be reached in a mount namespace. */
export function findPaths(place: FilePlace, layout: MountLayout): Pick<Translation, 'paths' | 'covered' | 'outside'> {
  const found = [...listPaths(place, layout)];
  const paths = sortByLength(found.filter(({ coveredBy }) => !coveredBy));
  const covered = sortByLength(found.filter(({ coveredBy }) => coveredBy));
  return { paths, covered, outside: found.length === 0 ? layout.ofDevice(place.device) : [] };
}

/** One after the other, so that who wants the first need not wait for all. @param inside - leave out mounts of the file alone */
export function* listPaths({ device, path }: FilePlace, layout: MountLayout, inside = false): Generator<FoundPath> {
  for (const mount of layout.showing(device, path, inside)) {
    if (mount.mountPoint === '') continue;
    const there = joinPath(mount.mountPoint, relate(path, mount.root));
    const reached = layout.resolve(there)?.mount;
    yield { path: there, mount, ...(reached && reached !== mount && { coveredBy: reached }) };
  }
}

function sortByLength(found: readonly FoundPath[]): FoundPath[] {
  return [...found].sort((a, b) => a.path.length - b.path.length || (a.path < b.path ? -1 : 1));
}

/** The directories that an overlay was made of, as who mounted it saw them: a file of it lies in one of these. */
export function listLayers({ fsType, superOptions }: Mount): readonly string[] {
  if (fsType !== 'overlay') return [];
  return superOptions.filter((option) => /^(?:lowerdir|upperdir|lowerdir\+|datadir\+)=/.test(option));
}
