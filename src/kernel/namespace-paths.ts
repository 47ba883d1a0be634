// Many namespaces for one call of the addon, each by a path that should lead to it: native/targets.c.
import { encodeText } from '../parse/text.ts';

export interface NamespacePath {
  readonly inode: number;
  readonly path: string;
}

export interface PackedPaths {
  /** Each ends with 0. */
  readonly paths: Uint8Array;
  readonly inodes: Uint32Array;
}

export function packPaths(namespaces: readonly NamespacePath[]): PackedPaths {
  return {
    paths: joinPaths(namespaces.map(({ path }) => path)),
    inodes: Uint32Array.from(namespaces, ({ inode }) => inode),
  };
}

/** Each with a 0 after it. */
export function joinPaths(paths: readonly string[]): Uint8Array {
  return encodeText(paths.map((path) => `${path}\0`).join(''));
}
