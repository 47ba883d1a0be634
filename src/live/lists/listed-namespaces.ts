// In what does the kernel's own list of namespaces differ from the state? Read several times a second, so no more than the
// difference is decoded.
import { readBpfNamespaces } from '../../kernel/bpf/run.ts';
import { describeByHandle } from '../../kernel/nsfs/namespace-relations.ts';
import type { EventNamespace } from '../../model/live/events.ts';
import { keyOf } from '../../model/live/live-state.ts';
import { type BpfNamespace, BpfNamespaceList } from '../../parse/records/bpf-namespaces.ts';

export interface ListDifference {
  /** Known, and not listed any more. */
  readonly gone: readonly EventNamespace[];
  /** Listed, and not known. */
  readonly come: readonly KernelNamespace[];
}

/** A namespace with what the kernel's list says of it. */
export interface KernelNamespace extends EventNamespace {
  readonly id: string;
  readonly owner: number | null;
  /** Of the creator of the owner; of a user namespace, its own creator's. */
  readonly ownerUid: number;
  /** Of pid and user namespaces; null for the initial ones. */
  readonly parent?: number | null;
  readonly level?: number;
}

/** Linux 6.18 with BPF. */
export function canListNamespaces(): boolean {
  return !('refused' in readBpfNamespaces());
}

/** @returns undefined where the list cannot be read as a whole */
export function compareWithList(known: ReadonlyMap<string, EventNamespace>): ListDifference | undefined {
  const reading = readBpfNamespaces();
  if ('refused' in reading || reading.missed > 0) return undefined;
  const list = new BpfNamespaceList(reading.bytes);
  const unknown = new Map(list.records.map((record) => [list.idOf(record), record]));
  const withoutId = new Map<string, EventNamespace>();
  const gone: EventNamespace[] = [];
  for (const [key, namespace] of known)
    if (namespace.id === null) withoutId.set(key, namespace);
    else if (!unknown.delete(Number(namespace.id))) gone.push(namespace);
  const come: KernelNamespace[] = [];
  for (const record of unknown.values()) {
    const listed = toListed(list.read(record));
    if (!withoutId.delete(keyOf(listed))) come.push(listed);
  }
  return { gone: [...gone, ...withoutId.values()], come };
}

/** More than these are looked up in the list, which says of all of them at once. */
const maxOneByOne = 20;

/** What the list says of namespaces, by their 64-bit ids; what has ended is left out. */
export function findListed(namespaces: ReadonlyMap<string, EventNamespace>): ReadonlyMap<string, KernelNamespace> {
  const found = new Map<string, KernelNamespace>();
  if (namespaces.size <= maxOneByOne) {
    for (const [id, namespace] of namespaces) {
      const listed = describeByHandle({ ...namespace, id });
      if (listed) found.set(id, listed);
    }
    return found;
  }
  const reading = readBpfNamespaces();
  if ('refused' in reading) return found;
  const list = new BpfNamespaceList(reading.bytes);
  for (const record of list.records) {
    const id = String(list.idOf(record));
    if (namespaces.has(id)) found.set(id, toListed(list.read(record)));
  }
  return found;
}

function toListed({ type, inode, id, ownerInode, ownerUid, parentInode, level }: BpfNamespace): KernelNamespace {
  // The initial user namespace alone has no owner, and the number 0 stands for none.
  const owner = ownerInode === 0 ? null : ownerInode;
  const listed = { type, inode, id: String(id), owner, ownerUid };
  if (type === 'user') return { ...listed, parent: owner, level };
  return type === 'pid' ? { ...listed, parent: parentInode === 0 ? null : parentInode, level } : listed;
}
