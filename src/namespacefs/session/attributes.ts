// What stat(2) says of a node. Pure.
import { fileType } from '../../parse/fuse/protocol.ts';
import type { FuseAttributes } from '../../parse/fuse/reply.ts';
import { encodeText } from '../../parse/text/text.ts';
import type { Chronicle } from '../feed/chronicle.ts';
import type { EventsFile } from '../tree/events-file.ts';
import type { DirectoryNode, TreeNode } from '../tree/tree-node.ts';
import type { KnownNode } from './node-table.ts';

/** @param events - the log of them: the bytes written so far, and when the last were, in ms since 1970 */
export function describeAttributes(
  known: KnownNode,
  chronicle: Chronicle,
  events: Pick<EventsFile, 'writtenBytes' | 'writtenAtMs'>,
): FuseAttributes {
  const { node } = known;
  const { inode, uid, gid } = node;
  const whose = { inode, uid, gid, links: known.isThere ? 1 : 0, changedAtMs: known.changedAtMs };
  switch (node.kind) {
    case 'directory': {
      const changedAtMs = known.path.length === 1 ? chronicle.changeOf(known.path.join('/')) : known.changedAtMs;
      const links = known.isThere ? 2 + countDirectories(node) : 0;
      return { ...whose, changedAtMs, links, mode: modeOf(node), sizeBytes: 0 };
    }
    case 'file':
      return { ...whose, links: 1, mode: modeOf(node), sizeBytes: known.bytes?.length ?? 0 };
    case 'symlink':
      return { ...whose, mode: modeOf(node), sizeBytes: encodeText(node.target).length };
    case 'entrance':
      return { ...whose, mode: modeOf(node), sizeBytes: encodeText(node.candidates[0] ?? '').length };
    case 'events':
      return node.file === 'follow'
        ? { ...whose, mode: modeOf(node), sizeBytes: 0 }
        : {
            ...whose,
            mode: modeOf(node),
            sizeBytes: events.writtenBytes,
            changedAtMs: events.writtenAtMs ?? whose.changedAtMs,
          };
  }
}

/** When a node of this name in this directory came into being, in ms since 1970: with its namespace. */
export function findBirth(parent: KnownNode, name: string, node: TreeNode, chronicle: Chronicle): number {
  if (node.kind === 'directory' && node.namespace) return chronicle.birthOf(node.namespace);
  if (parent.node.kind === 'directory' && parent.node.namespace) return chronicle.birthOf(parent.node.namespace);
  return chronicle.changeOf(name);
}

/** As in d_type. */
export function typeOf(node: TreeNode): number {
  if (node.kind === 'directory') return fileType.directory;
  return node.kind === 'symlink' || node.kind === 'entrance' ? fileType.symlink : fileType.file;
}

function modeOf(node: TreeNode): number {
  return (typeOf(node) << 12) | ('mode' in node ? node.mode : 0o777);
}

function countDirectories(node: DirectoryNode): number {
  if (node.directories !== undefined) return node.directories;
  let count = 0;
  for (const entry of node.entries().values()) if (entry.kind === 'directory') count++;
  return count;
}
