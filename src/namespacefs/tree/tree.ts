// The tree of the file system, of one snapshot: which directory holds what. Pure.
//
//   TYPE/INODE/          the namespaces of a type that are not the boot's own; pid and user ones below their parent
//   TYPE/INODE/tasks …   what is known of one: namespace-files.ts
//   user/INODE/owned/    links to what a user namespace owns
//   initial/TYPE/        the boot's own namespaces, which have the same files
//   by-id/, by-name/, by-pid/, by-workload/ links
//   events               what came and went
//   events.follow        what comes and goes, not listed
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Snapshot } from '../../model/snapshot/schema.ts';
import { findCandidates } from './entrances.ts';
import type { EventsKind } from './events-file.ts';
import { numberOf, numberOfTop, slot } from './inode-numbers.ts';
import { hostFiles, namespaceFiles } from './namespace-files.ts';
import { listById, listByName, listByPid, listByWorkload, makeOwned } from './tree-links.ts';
import { type DirectoryNode, type Entry, makeDirectory } from './tree-node.ts';
import { keyOfNamespace, ownedByRoot, TreePlaces } from './tree-places.ts';

/** What the host knows and a snapshot does not. */
export interface TreeOptions {
  /** The primary group of each user. */
  readonly groups: ReadonlyMap<number, number>;
  /** The text of a file of a namespace, read when it is asked for; undefined where that of the snapshot is to stand. */
  readonly readText?: (namespace: Namespace, file: string, index: SnapshotIndex) => string | undefined;
}

/** The tree of one snapshot. */
export interface NamespaceTree {
  readonly root: DirectoryNode;
  /** Where the directory of a namespace of this snapshot is: names from the root on. */
  pathOf(namespace: Namespace): readonly string[];
}

export function buildTree(snapshot: Snapshot, options: TreeOptions): NamespaceTree {
  const places = new TreePlaces(snapshot, options.groups);
  return { root: makeRoot(places, options), pathOf: (namespace) => places.pathOf(namespace) };
}

function makeRoot(places: TreePlaces, options: TreeOptions): DirectoryNode {
  const enter = (namespace: Namespace): Entry => [
    String(namespace.inode),
    makeNamespaceDirectory(namespace, places, options),
  ];
  const initials = () => places.initials.map((one): Entry => [one.type, makeNamespaceDirectory(one, places, options)]);
  const unlisted = new Map([makeEvents('events.follow', 33, 'follow')]);
  return makeDirectory({ ...ownedByRoot, key: '/', inode: 1, unlisted }, () => [
    ...namespaceTypes.map((type, i) => makeTop(type, i, () => places.topsOf(type).map(enter))),
    makeTop('initial', 16, initials),
    makeTop('by-id', 17, () => listById(places)),
    makeTop('by-name', 18, () => listByName(places)),
    makeTop('by-pid', 19, () => listByPid(places)),
    makeTop('by-workload', 20, () => listByWorkload(places)),
    makeEvents('events', 32, 'log'),
  ]);
}

function makeEvents(name: string, index: number, file: EventsKind): Entry {
  return [name, { kind: 'events', file, key: name, inode: numberOfTop(index), mode: 0o440, ...ownedByRoot }];
}

function makeTop(name: string, index: number, list: () => Iterable<Entry>): Entry {
  return [name, makeDirectory({ ...ownedByRoot, key: name, inode: numberOfTop(index) }, list)];
}

function makeNamespaceDirectory(namespace: Namespace, places: TreePlaces, options: TreeOptions): DirectoryNode {
  const key = keyOfNamespace(namespace);
  const whose = places.whose(namespace);
  const children = places.childrenOf(namespace);
  const isUser = namespace.type === 'user';
  const inode = numberOf(namespace.inode, slot.directory);
  const directories = children.length + (isUser ? 1 : 0);
  return makeDirectory({ key, inode, namespace, directories, ...whose }, () => [
    ...listFiles(namespace, key, places, options),
    [
      'ns',
      {
        kind: 'entrance',
        key: `${key}/ns`,
        inode: numberOf(namespace.inode, slot.file + 0x80),
        ...whose,
        namespace,
        candidates: findCandidates(namespace, places.index),
      },
    ],
    ...(isUser ? [['owned', makeOwned(places, namespace, key)] as const] : []),
    ...children.map((child): Entry => [String(child.inode), makeNamespaceDirectory(child, places, options)]),
  ]);
}

function* listFiles(namespace: Namespace, key: string, places: TreePlaces, options: TreeOptions): Generator<Entry> {
  const whose = places.whose(namespace);
  for (const [i, { name, has, content }] of (options.readText ? hostFiles : namespaceFiles).entries()) {
    if (has?.(namespace) === false) continue;
    const read = () => options.readText?.(namespace, name, places.index) ?? content(namespace, places.index);
    const inode = numberOf(namespace.inode, slot.file + i);
    yield [name, { kind: 'file', key: `${key}/${name}`, inode, mode: 0o440, ...whose, content: read }];
  }
}
