// The directories of the tree that hold links to namespaces: by id, by name, by process, and by owner. Pure.
import { listWorkloads, nameWorkload } from '../../analysis/listing/workloads.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceLinks, namespaceTypes, readLinkType } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Process, Workload } from '../../model/snapshot/schema.ts';
import { encodeText } from '../../parse/text/text.ts';
import { hashText, numberOf, numberOfProcess, numberOfTypeDirectory, numberOfWorkload, slot } from './inode-numbers.ts';
import { type DirectoryNode, type Entry, makeDirectory, type SymlinkNode } from './tree-node.ts';
import { keyOfNamespace, type Ownership, ownedByRoot, type TreePlaces } from './tree-places.ts';

export function* listById(places: TreePlaces): Generator<Entry> {
  for (const namespace of places.index.snapshot.namespaces)
    if (isKnown(namespace.id)) yield [namespace.id, makeLink(places, ['by-id'], namespace, slot.byId, 'by-id')];
}

export function* listByName(places: TreePlaces): Generator<Entry> {
  for (const type of namespaceTypes) {
    const named = places.index.snapshot.namespaces.filter((one) => one.type === type && one.names.length > 0);
    if (named.length === 0) continue;
    const inode = numberOfTypeDirectory('by-name', type);
    const list = () =>
      named.flatMap((namespace) =>
        namespace.names
          .filter(({ name }) => isFileName(name))
          .map(
            ({ name }, i): Entry => [name, makeLink(places, ['by-name', type], namespace, slot.byName + i, 'by-name')],
          ),
      );
    yield [type, makeDirectory({ ...ownedByRoot, key: `by-name/${type}`, inode }, list)];
  }
}

export function* listByPid(places: TreePlaces): Generator<Entry> {
  for (const process of places.index.snapshot.processes) {
    if (process.tid !== process.pid) continue;
    const key = `process:${process.pid}:${process.startTimeTicks}`;
    const whose = places.ofUser(process.uid);
    // What the kernel tells of a process's namespaces it tells its user and root alone: proc_pid_ns(5).
    const node = { key, inode: numberOfProcess(process.pid), mode: 0o550, directories: 0, ...whose };
    yield [String(process.pid), makeDirectory(node, () => listLinksOf(places, process, key, whose))];
  }
}

function* listLinksOf(places: TreePlaces, process: Process, key: string, whose: Ownership): Generator<Entry> {
  for (const link of namespaceLinks) {
    const number = process.namespaces[link];
    const namespace = isKnown(number) ? places.index.namespace(readLinkType(link), number) : undefined;
    if (!namespace) continue;
    const inode = numberOfProcess(process.pid, link);
    const target = places.relative(['by-pid', String(process.pid)], namespace);
    yield [link, { kind: 'symlink', key: `${key}/${link}`, inode, ...whose, target }];
  }
}

/** `podman:web`; by its id where two have one name, or the name cannot be that of a directory; never left out. */
export function* listByWorkload(places: TreePlaces): Generator<Entry> {
  const taken = new Set<string>();
  for (const workload of listWorkloads(places.index)) {
    const { engine, id, leader } = workload;
    const names = [nameWorkload(workload), `${engine}:${id}`];
    const name = names.find((one) => isFileName(one) && !taken.has(one)) ?? makeFileName(names[1] ?? '');
    taken.add(name);
    const process = leader === null ? undefined : places.index.process(leader);
    const whose = process ? places.ofUser(process.uid) : ownedByRoot;
    const key = `workload:${engine}:${id}`;
    // Whoever may not ask its engine is told as little as of its processes.
    const node = { key, inode: numberOfWorkload(key, 0), mode: 0o550, directories: 0, ...whose };
    yield [name, makeDirectory(node, () => listNamespacesOf(places, workload, name, key, whose))];
  }
}

/** By type: that of its leader, or the only one; others of the type have their number behind it. */
function* listNamespacesOf(
  places: TreePlaces,
  { leader, namespaces }: Workload,
  name: string,
  key: string,
  whose: Ownership,
): Generator<Entry> {
  const process = leader === null ? undefined : places.index.process(leader);
  for (const [i, { type, inode }] of namespaces.entries()) {
    const namespace = places.index.namespace(type, inode);
    if (!namespace) continue;
    const own = process?.namespaces[type];
    const isFirst = namespaces.some((one) => one.type === type && one.inode === own)
      ? own === inode
      : namespaces.findIndex((one) => one.type === type) === i;
    const file = isFirst ? type : `${type}-${inode}`;
    const target = places.relative(['by-workload', name], namespace);
    yield [
      file,
      { kind: 'symlink', key: `${key}/${file}`, inode: numberOfWorkload(`${key}/${file}`, 1), ...whose, target },
    ];
  }
}

/** The directory of what a user namespace owns, by type. */
export function makeOwned(places: TreePlaces, owner: Namespace, key: string): DirectoryNode {
  const path = [...places.pathOf(owner), 'owned'];
  const whose = places.whose(owner);
  const list = () =>
    namespaceTypes.flatMap((type, i): Entry[] => {
      const owned = places.ownedBy(owner).filter((one) => one.type === type);
      if (owned.length === 0) return [];
      const inode = numberOf(owner.inode, slot.ownedOf + i);
      const links = () =>
        owned.map((one): Entry => [String(one.inode), makeLink(places, [...path, type], one, slot.owned, key)]);
      return [[type, makeDirectory({ key: `${key}/owned/${type}`, inode, ...whose }, links)]];
    });
  return makeDirectory({ key: `${key}/owned`, inode: numberOf(owner.inode, slot.ownedOf + 0x80), ...whose }, list);
}

/** @param from - the directory that the link lies in */
function makeLink(
  places: TreePlaces,
  from: readonly string[],
  to: Namespace,
  slotNumber: number,
  key: string,
): SymlinkNode {
  return {
    kind: 'symlink',
    key: `${key}/${slotNumber}/${keyOfNamespace(to)}`,
    inode: numberOf(to.inode, slotNumber),
    ...places.whose(to),
    target: places.relative(from, to),
  };
}

/** NAME_MAX, in bytes. */
const longestName = 255;

function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name) && encodeText(name).length <= longestName;
}

/** A name for what has none that a file may have: as much of it as fits, and a number that tells it from its like. */
function makeFileName(name: string): string {
  const start = [...name.replaceAll(/[/\0]/g, '_')].slice(0, 48).join('');
  return `${start}~${hashText(name).toString(16).padStart(8, '0')}`;
}
