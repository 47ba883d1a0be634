// Many namespaces for one call of the addon, each by a path that should lead to it: native/targets.c.

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
    paths: Buffer.from(namespaces.map(({ path }) => `${path}\0`).join('')),
    inodes: Uint32Array.from(namespaces, ({ inode }) => inode),
  };
}
