// Where processes are, as far as it is known or inferred, and the namespaces whose inode number nobody could read.
import { describeNamespace, inferredAttributes, linksRefused } from '../../model/build/describe-namespace.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Place, Process, UnnumberedNamespace } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

/** A namespace of a listing: one that has a number, or one whose existence is inferred. */
export type ListedNamespace = Omit<Namespace, 'inode'> & {
  readonly inode: Known<number>;
  /** Of one without an inode number. */
  readonly number?: number;
};

/** As a row of a listing: what its processes do not show is not known. */
export function toListed(unnumbered: UnnumberedNamespace): ListedNamespace {
  const { type, number, initial, host, by, certainty, processes } = unnumbered;
  const described = describeNamespace<Known<number>>(
    {
      type,
      inode: linksRefused,
      initial,
      host,
      ownerUid: linksRefused,
      names: [],
      processes: { count: 0, threads: 0, forChildren: 0, leader: null, inferred: processes },
      holders: [],
      holderCounts: { process: processes.certain + processes.likely },
    },
    inferredAttributes,
  );
  return { ...described, number, ...(isKnown(host) ? { hostInferred: { host, by, certainty } } : {}) };
}

/** `#3` for the third namespace of its type that has no number. */
export function nameUnnumbered(number: number): string {
  return `#${number}`;
}

/** Where a process is: by its link, or as inferred. */
export function findPlace(process: Process, type: NamespaceType): Known<number> | Place {
  const inode = process.namespaces[type];
  return isKnown(inode) ? inode : (process.inferred?.[type] ?? inode);
}

/** Whether it is an inferred place, and neither an inode number nor the reason why that is not known. */
export function isPlace(value: Known<number> | Place): value is Place {
  return typeof value === 'object' && 'by' in value;
}

/** The inferred place of a process where its link is not known. */
export function findInferred(process: Process, type: NamespaceType): Place | undefined {
  const place = findPlace(process, type);
  return isPlace(place) ? place : undefined;
}

/** Whether two processes are in one namespace, and how that is known. */
export interface Togetherness {
  readonly shared: Known<boolean>;
  readonly how: 'known' | 'certain' | 'likely';
}

/**
 * Whether two processes are in one namespace of a type, by their links or as inferred.
 * @param index - tells how certain it is that two inferred namespaces are two; without it that is only likely
 */
export function compareProcesses(a: Process, b: Process, type: NamespaceType, index?: SnapshotIndex): Togetherness {
  // Also where nothing tells which one that is.
  if (a === b) return { shared: true, how: 'known' };
  const [placeOfA, placeOfB] = [findPlace(a, type), findPlace(b, type)];
  for (const place of [placeOfA, placeOfB])
    if (!isPlace(place) && !isKnown(place)) return { shared: place, how: 'known' };
  const [keyOfA, keyOfB] = [keyOf(placeOfA), keyOf(placeOfB)];
  const shared = keyOfA === keyOfB;
  const certainties = [placeOfA, placeOfB].map((place) => certaintyOf(place, type, shared, index));
  if (certainties.every((one) => one === 'known')) return { shared, how: 'known' };
  return { shared, how: certainties.includes('likely') ? 'likely' : 'certain' };
}

function keyOf(place: Known<number> | Place): string {
  if (!isPlace(place)) return String(place);
  return 'inode' in place ? String(place.inode) : nameUnnumbered(place.number);
}

/** That two are apart is only as certain as it is that a namespace without a number is none of the others. */
function certaintyOf(place: Known<number> | Place, type: NamespaceType, shared: boolean, index?: SnapshotIndex) {
  if (!isPlace(place)) return 'known';
  if (shared || 'inode' in place) return place.certainty;
  const own = index?.snapshot.unnumbered.find((one) => one.type === type && one.number === place.number);
  return place.certainty === 'certain' ? (own?.certainty ?? 'likely') : 'likely';
}
