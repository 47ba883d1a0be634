// Many namespaces for one call of the addon, each by a path that should lead to it: native/targets.c.
import { encodeText } from '../../parse/text/text.ts';

import { answersOnTheWay } from '../files/shaped-path.ts';

export interface NamespacePath {
  readonly inode: number;
  readonly path: string;
}

interface PackedPaths {
  /** Each ends with 0. */
  readonly paths: Uint8Array;
  readonly inodes: Uint32Array;
}

/**
 * A path that might be waited for is left empty, as one that leads nowhere: such a namespace is then opened by itself, by
 * way of openNamespace.
 */
export function packPaths(namespaces: readonly NamespacePath[]): PackedPaths {
  const answering = new Map<string, boolean>();
  const isSure = (path: string) => {
    if (path.startsWith('/proc/')) return true;
    const directory = path.slice(0, path.lastIndexOf('/') + 1);
    let known = answering.get(directory);
    if (known === undefined) {
      known = answersOnTheWay(directory);
      answering.set(directory, known);
    }
    return known;
  };
  return {
    paths: joinPaths(namespaces.map(({ path }) => (isSure(path) ? path : ''))),
    inodes: Uint32Array.from(namespaces, ({ inode }) => inode),
  };
}

/** Each with a 0 after it. */
function joinPaths(paths: readonly string[]): Uint8Array {
  return encodeText(paths.map((path) => `${path}\0`).join(''));
}
