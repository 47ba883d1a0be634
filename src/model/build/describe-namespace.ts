// One namespace of a snapshot, from what was told of it. What nobody told was not asked for.
import type { NamespaceFact } from '../facts/facts.ts';
import { type Known, notAsked, type Unknown } from '../snapshot/known.ts';
import type { Namespace } from '../snapshot/schema.ts';

/** While it is made. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** What sources tell of a namespace; absent is what none did. */
export type Attributes = Omit<NamespaceFact, 'fact' | 'type' | 'inode'>;

/** What only all namespaces and tasks together tell of one. */
export interface NamespaceSurroundings<Inode> extends Pick<Namespace, 'type' | 'initial' | 'host' | 'ownerUid'> {
  /** Unknown where its existence is inferred. */
  readonly inode: Inode;
  readonly names: Namespace['names'];
  readonly processes: Namespace['processes'];
  readonly holders: Namespace['holders'];
  readonly holderCounts: Namespace['holderCounts'];
}

/** In one piece, for the caller to complete. */
export function describeNamespace<Inode = number>(
  { type, inode, initial, host, ownerUid, names, processes, holders, holderCounts }: NamespaceSurroundings<Inode>,
  attributes: Attributes,
): Draft<Omit<Namespace, 'inode'>> & { inode: Inode } {
  const described: Draft<Omit<Namespace, 'inode'>> & { inode: Inode } = {
    type,
    inode,
    dev: attributes.dev ?? notAsked,
    id: attributes.id ?? notAsked,
    initial,
    owner: findAbove(attributes.owner, type === 'user' && initial),
    ownerUid,
    names,
    host,
    processes,
    holders,
    holderCounts,
  };
  if (type === 'pid' || type === 'user') described.parent = findAbove(attributes.parent, initial);
  if (type === 'pid' && attributes.stage !== undefined) described.stage = attributes.stage;
  if (type === 'uts') described.uts = attributes.uts ?? notAsked;
  if (type === 'net') described.netnsid = attributes.netnsid === undefined ? notAsked : attributes.netnsid;
  if (type === 'time') described.timeOffsets = attributes.timeOffsets ?? notAsked;
  if (type === 'user') {
    described.uidMap = attributes.uidMap ?? notAsked;
    described.gidMap = attributes.gidMap ?? notAsked;
    described.setgroups = attributes.setgroups ?? notAsked;
  }
  return described;
}

/** The initial namespace of a hierarchy has nothing above it: there EPERM of the kernel means none, not refused. */
function findAbove(value: Known<number | null> | undefined, isTop: Known<boolean>): Known<number | null> {
  return isTop === true ? null : (value ?? notAsked);
}

/** Why nothing can be read of a namespace that only inference led to. */
export const linksRefused: Unknown = Object.freeze({
  unknown: 'denied',
  errno: 'EACCES',
  detail: 'the links to it are refused; that it exists is inferred',
});

/** What is told of it. */
export const inferredAttributes: Attributes = Object.freeze({
  dev: linksRefused,
  id: linksRefused,
  owner: linksRefused,
  creatorUid: linksRefused,
  parent: linksRefused,
});
