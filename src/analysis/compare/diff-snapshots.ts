// What differs between two snapshots of a host: namespaces that came, ended, changed, or only bear a number that another
// one bore before.
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Snapshot } from '../../model/snapshot/schema.ts';
import { compareIdentity, type Sameness } from '../target/same-namespace.ts';

/** A namespace that is in both snapshots and has changed. */
export interface NamespaceChange {
  readonly before: Namespace;
  readonly after: Namespace;
  /** `presumed` where neither snapshot has ids that would prove it. */
  readonly sameness: Exclude<Sameness, 'different'>;
  readonly changes: readonly { readonly what: string; readonly before: unknown; readonly after: unknown }[];
}

/** What came, ended and changed from one snapshot to another. */
export interface SnapshotDiff {
  readonly appeared: readonly Namespace[];
  readonly ended: readonly Namespace[];
  /** The same number, and another namespace: the first has ended, the second has come. */
  readonly replaced: readonly { readonly ended: Namespace; readonly appeared: Namespace }[];
  readonly changed: readonly NamespaceChange[];
  readonly unchanged: number;
  /** How many of those that are taken for the same rest on their number alone. */
  readonly presumed: number;
  readonly differentBoots: boolean;
}

/**
 * What differs between two snapshots of a host. A number that was given out again is not taken for the same namespace where
 * ids, the boot, or what a namespace never changes tell it.
 * @param earlier - the older one; the order matters for what came and what ended
 */
export function diffSnapshots(earlier: Snapshot, later: Snapshot): SnapshotDiff {
  const remaining = new Map(later.namespaces.map((one) => [formatNamespace(one.type, one.inode), one]));
  const ended: Namespace[] = [];
  const replaced: { ended: Namespace; appeared: Namespace }[] = [];
  const changed: NamespaceChange[] = [];
  let unchanged = 0;
  let presumed = 0;
  for (const before of earlier.namespaces) {
    const key = formatNamespace(before.type, before.inode);
    const after = remaining.get(key);
    remaining.delete(key);
    if (!after) {
      ended.push(before);
      continue;
    }
    const sameness = compareIdentity(before, after, earlier, later);
    if (sameness === 'different') {
      replaced.push({ ended: before, appeared: after });
      continue;
    }
    if (sameness === 'presumed') presumed++;
    const changes = listChanges(before, after);
    if (changes.length > 0) changed.push({ before, after, sameness, changes });
    else unchanged++;
  }
  const boots = [earlier.host.bootId, later.host.bootId];
  return {
    appeared: [...remaining.values()],
    ended,
    replaced,
    changed,
    unchanged,
    presumed,
    differentBoots: boots.every(isKnown) && boots[0] !== boots[1],
  };
}

/** The names of the namespaces in a diff, as `net:[4026532992]`, by what became of them. */
export interface DiffGroups {
  readonly appeared: readonly string[];
  readonly ended: readonly string[];
  /** Something of it changed that is not a mere count. */
  readonly changed: readonly string[];
  /** Nothing of it changed but how many processes, threads and holders it has. */
  readonly countsOnly: readonly string[];
}

/** Sorts a diff by what became of each namespace. One that was replaced is in two groups: `ended` and `appeared`. */
export function groupDiff({ appeared, ended, replaced, changed }: SnapshotDiff): DiffGroups {
  const name = ({ type, inode }: Namespace): string => formatNamespace(type, inode);
  const isMore = ({ changes }: NamespaceChange): boolean => changes.some((change) => !isCount(change));
  return {
    appeared: [...appeared, ...replaced.map((one) => one.appeared)].map(name),
    ended: [...ended, ...replaced.map((one) => one.ended)].map(name),
    changed: changed.filter(isMore).map(({ after }) => name(after)),
    countsOnly: changed.filter((one) => !isMore(one)).map(({ after }) => name(after)),
  };
}

/** One thing of a namespace that is not the same in both snapshots. */
export type Difference = NamespaceChange['changes'][number];

/** Whether a change is one of a mere count: of processes, threads, or other holders. */
export function isCount({ what }: Difference): boolean {
  return what === 'processes' || what === 'threads' || what === 'holders';
}

/** What of a namespace may change while it lives, and is worth telling. */
const compared: readonly [what: string, read: (namespace: Namespace) => unknown][] = [
  ['processes', ({ processes }) => processes.count],
  ['threads', ({ processes }) => processes.threads],
  ['leader', ({ processes }) => processes.leader],
  ['names', ({ names }) => names.map(({ path }) => path)],
  // Tasks are counted above.
  ['holders', ({ holderCounts: { process: _, thread: __, ...others } }) => others],
  ['uts', ({ uts }) => uts],
  ['uidMap', ({ uidMap }) => uidMap],
  ['gidMap', ({ gidMap }) => gidMap],
  ['netnsid', ({ netnsid }) => netnsid],
  ['timeOffsets', ({ timeOffsets }) => timeOffsets],
];

function listChanges(before: Namespace, after: Namespace): NamespaceChange['changes'] {
  return compared.flatMap(([what, read]) => {
    const [a, b] = [read(before), read(after)];
    // What was not asked for on one side is no change.
    if (a === undefined || b === undefined || isUnknown(a) || isUnknown(b)) return [];
    return JSON.stringify(a) === JSON.stringify(b) ? [] : [{ what, before: a, after: b }];
  });
}

function isUnknown(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'unknown' in value;
}
