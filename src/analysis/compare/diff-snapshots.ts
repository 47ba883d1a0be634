// What differs between two snapshots of a host: namespaces that came, ended, changed, or only bear a number that another
// one bore before; and where both snapshots have them, the mounts and networks of those that are in both.
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Conditions, Namespace, Snapshot } from '../../model/snapshot/schema.ts';
import type { conditionsOnDemand } from '../../model/snapshot/wanted.ts';
import { compareIdentity, type Sameness } from '../target/same-namespace.ts';
import type { ContentDiff } from './diff-contents.ts';
import { diffMounts, type MountChange } from './diff-mounts.ts';
import { diffNetworks, type NetworkChange } from './diff-networks.ts';

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
  /** `not-asked` where a snapshot was taken without them; the detail says which. */
  readonly mounts: Known<ContentDiff<MountChange>>;
  /** Likewise. */
  readonly networks: Known<ContentDiff<NetworkChange>>;
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
  const inBoth: Namespace[] = [];
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
    inBoth.push(before);
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
    mounts: diffCondition('mounts', earlier, later, (a, b) => diffMounts(a, b, listInodes(inBoth, 'mnt'))),
    networks: diffCondition('networks', earlier, later, (a, b) => diffNetworks(a, b, listInodes(inBoth, 'net'))),
  };
}

function listInodes(namespaces: readonly Namespace[], wanted: Namespace['type']): number[] {
  return namespaces.filter(({ type }) => type === wanted).map(({ inode }) => inode);
}

type OnDemand = (typeof conditionsOnDemand)[number];
type Present<Name extends OnDemand> = Exclude<NonNullable<Conditions[Name]>, Unknown>;

function diffCondition<Name extends OnDemand, Diff>(
  name: Name,
  earlier: Snapshot,
  later: Snapshot,
  compare: (before: Present<Name>, after: Present<Name>) => Diff,
): Known<Diff> {
  const values = [earlier, later].map(({ conditions }) => conditions?.[name]);
  const lacking = ['earlier', 'later'].filter((_, at) => values[at] === undefined);
  if (lacking.length > 0) {
    const which = lacking.length === 2 ? 'both snapshots have' : `the ${lacking[0]} snapshot has`;
    return { unknown: 'not-asked', detail: `${which} no ${name}` };
  }
  const unknown = values.find((value) => value !== undefined && !isKnown<unknown>(value));
  if (unknown !== undefined) return unknown as Unknown;
  return compare(values[0] as Present<Name>, values[1] as Present<Name>);
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
