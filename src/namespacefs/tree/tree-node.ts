// What the tree of the file system is made of. Pure: a node says what it is and not how it is asked for.
import type { Namespace } from '../../model/snapshot/schema.ts';
import type { EventsKind } from './events-file.ts';

interface Node {
  /** The same for as long as the thing exists, and never that of another thing: inode numbers of namespaces are used again. */
  readonly key: string;
  /** st_ino, below 2^53. */
  readonly inode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface DirectoryNode extends Node {
  readonly kind: 'directory';
  /** Permissions. */
  readonly mode: number;
  /** The namespace whose directory it is. */
  readonly namespace?: Namespace;
  /** How many directories are among its entries, where that is known without listing them. */
  readonly directories?: number;
  /** By name, in the order in which they are listed. Computed once. */
  entries(): ReadonlyMap<string, TreeNode>;
  /** What is found by its name and never listed, so that who reads whatever a directory lists does not wait in it for ever. */
  readonly unlisted?: ReadonlyMap<string, TreeNode>;
}

/** What stands in a directory under a name. */
export function findEntry(directory: DirectoryNode, name: string): TreeNode | undefined {
  return directory.entries().get(name) ?? directory.unlisted?.get(name);
}

interface FileNode extends Node {
  readonly kind: 'file';
  readonly mode: number;
  /** Text, whole and of one state. */
  content(): string;
}

export interface SymlinkNode extends Node {
  readonly kind: 'symlink';
  readonly target: string;
}

/** A link through which a namespace can be entered; where it leads is found out when it is read. */
export interface EntranceNode extends Node {
  readonly kind: 'entrance';
  readonly namespace: Namespace;
  /** Paths that lead to it if nothing has ended meanwhile, best first. */
  readonly candidates: readonly string[];
}

/** A file of events: a log, or one to follow, which has no end. */
interface EventsNode extends Node {
  readonly kind: 'events';
  readonly file: EventsKind;
  readonly mode: number;
}

export type TreeNode = DirectoryNode | FileNode | SymlinkNode | EntranceNode | EventsNode;

/** A name in a directory, and what stands there. */
export type Entry = readonly [string, TreeNode];

/** A directory whose entries are found when they are first asked for. */
export function makeDirectory(
  node: Omit<DirectoryNode, 'kind' | 'entries' | 'mode'> & { readonly mode?: number },
  list: () => Iterable<Entry>,
): DirectoryNode {
  let entries: ReadonlyMap<string, TreeNode> | undefined;
  return {
    mode: 0o555,
    ...node,
    kind: 'directory',
    entries: () => {
      entries ??= new Map(list());
      return entries;
    },
  };
}
