// Open directories: what is listed is the state at the beginning of the listing.
import { fileType } from '../../parse/fuse/protocol.ts';
import { type FuseEntry, FuseListing } from '../../parse/fuse/reply.ts';
import type { FuseReadBody } from '../../parse/fuse/request.ts';
import { encodeText } from '../../parse/text/text.ts';
import type { Entry, TreeNode } from '../tree/tree-node.ts';
import { typeOf } from './attributes.ts';
import type { KnownNode } from './node-table.ts';

export class DirectoryHandles {
  readonly #open = new Map<number, readonly Entry[]>();

  open(handle: number): void {
    this.#open.set(handle, []);
  }

  close(handle: number): void {
    this.#open.delete(handle);
  }

  /**
   * Answers FUSE_READDIR or FUSE_READDIRPLUS. A directory that has ended is empty.
   * @param enter - gives a node a number, which the kernel knows from then on
   * @returns undefined where the handle or the node is none of a directory
   */
  read(
    unique: bigint,
    known: KnownNode,
    body: FuseReadBody,
    enter: (name: string, node: TreeNode) => FuseEntry,
  ): Uint8Array | undefined {
    if (!this.#open.has(body.handle) || known.node.kind !== 'directory') return undefined;
    if (body.offset === 0) this.#open.set(body.handle, known.isThere ? [...known.node.entries()] : []);
    const entries = this.#open.get(body.handle) ?? [];
    const plus = body.kind === 'readdirplus';
    const listing = new FuseListing(Math.min(body.size, 1 << 20));
    for (const [offset, name] of ['.', '..'].entries()) {
      if (offset < body.offset) continue;
      const encoded = encodeText(name);
      if (!listing.hasRoom(encoded, plus)) return listing.finish(unique);
      listing.add(encoded, known.node.inode, offset + 1, fileType.directory, plus ? null : undefined);
    }
    for (let i = Math.max(body.offset - 2, 0); i < entries.length; i++) {
      const [name, node] = entries[i] as Entry;
      const encoded = encodeText(name);
      if (!listing.hasRoom(encoded, plus)) break;
      // What has gone since the listing began is still listed, and not looked up. The text of a file is put together when
      // somebody looks at the file itself: whoever walks a tree wants to know no more than its kind.
      const isEntered = known.isThere && node.kind !== 'file';
      listing.add(encoded, node.inode, i + 3, typeOf(node), plus ? (isEntered ? enter(name, node) : null) : undefined);
    }
    return listing.finish(unique);
  }
}
