// All mounts of the mount namespaces of a snapshot: their layouts, and who is in which peer group.

import { MountLayout } from '../../model/derived/mount-layout.ts';
import { isKnown, type Known, notAsked } from '../../model/snapshot/known.ts';
import type { Mount, MountTable, Snapshot } from '../../model/snapshot/schema.ts';

/** A mount, and the mount namespace that it is in. */
export interface PlacedMount {
  readonly inode: number;
  readonly mount: Mount;
}

/** Layouts and groups are made when they are first asked for. */
export class MountTables {
  readonly tables: readonly MountTable[];
  readonly #byInode: ReadonlyMap<number, MountTable>;
  readonly #layouts = new Map<number, MountLayout>();
  #groups: Map<number, PlacedMount[]> | undefined;

  constructor(tables: readonly MountTable[]) {
    this.tables = tables;
    this.#byInode = new Map(tables.map((table) => [table.inode, table]));
  }

  table(inode: number): MountTable | undefined {
    return this.#byInode.get(inode);
  }

  /** Undefined where its mounts are not known. */
  layout(inode: number): MountLayout | undefined {
    let layout = this.#layouts.get(inode);
    const mounts = this.#byInode.get(inode)?.mounts;
    if (!layout && mounts && isKnown(mounts)) {
      layout = new MountLayout(mounts);
      this.#layouts.set(inode, layout);
    }
    return layout;
  }

  /** The mounts of a peer group in all mount namespaces. */
  membersOf(peerGroup: number | undefined): readonly PlacedMount[] {
    if (peerGroup === undefined) return [];
    if (!this.#groups) {
      this.#groups = new Map();
      for (const { inode, mounts } of this.tables)
        for (const mount of isKnown(mounts) ? mounts : []) {
          if (mount.peerGroup === undefined) continue;
          const group = this.#groups.get(mount.peerGroup);
          if (group) group.push({ inode, mount });
          else this.#groups.set(mount.peerGroup, [{ inode, mount }]);
        }
    }
    return this.#groups.get(peerGroup) ?? [];
  }
}

/** @returns why there are none; `not-asked` of a snapshot that was saved without them */
export function indexMountTables({ conditions }: Snapshot): Known<MountTables> {
  const tables = conditions?.mounts ?? notAsked;
  return isKnown(tables) ? new MountTables(tables) : tables;
}
