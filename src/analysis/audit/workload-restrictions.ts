// What restricts the processes of a workload besides its namespaces: its capabilities, seccomp, no_new_privs, id maps.
import { listCapabilities } from '../../model/names/capability-names.ts';
import { isKnown, type Known, knownOr, type Unknown } from '../../model/snapshot/known.ts';
import type { IdMapping, Security, Workload } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { listMembers, type WorkloadPlace } from './workload-places.ts';

/** What holds for the least restricted of its processes. */
export interface Restrictions {
  /** How many of its processes were read, and how many it has. */
  readonly read: number;
  readonly processes: number;
  /** What some process has now, by name. */
  readonly effective: readonly string[];
  /** What some process can ever have, by executing a program: capabilities(7). */
  readonly bounding: readonly string[];
  readonly seccomp: Known<'off' | 'strict' | 'filter'>;
  /** Whether none of its processes can get more by executing a program. */
  readonly noNewPrivs: Known<boolean>;
  /** Whether a process has uid 0 as the reader counts: of the host, where nscope runs in the host's user namespace. */
  readonly hasRootUid: boolean;
  /** Of its leader, else of its first process; null where no security module labels it. */
  readonly label: Known<string | null>;
}

/** By PID what was read of processes, or why nothing was. */
export function indexSecurities({ snapshot }: SnapshotIndex): Known<ReadonlyMap<number, Security>> {
  const securities = snapshot.conditions?.securities ?? notInSnapshot;
  return isKnown(securities) ? new Map(securities.map((one) => [one.pid, one])) : securities;
}

const notInSnapshot: Unknown = Object.freeze({
  unknown: 'not-asked',
  detail: 'the snapshot has no restrictions of processes',
});
const noneRead: Unknown = Object.freeze({ unknown: 'gone', detail: 'no process of it was read' });

export function restrict(
  workload: Workload,
  securities: Known<ReadonlyMap<number, Security>>,
  index: SnapshotIndex,
): Known<Restrictions> {
  if (!isKnown(securities)) return securities;
  const members = listMembers(workload, index);
  const found = members.flatMap(({ pid }) => securities.get(pid) ?? []);
  const [first] = found;
  if (!first) return noneRead;
  const leader = (workload.leader === null ? undefined : securities.get(workload.leader)) ?? first;
  return {
    read: found.length,
    processes: members.length,
    effective: unite(found.map(({ capabilities }) => capabilities.effective)),
    bounding: unite(found.map(({ capabilities }) => capabilities.bounding)),
    seccomp: findWeakest(found.map(({ seccomp }) => seccomp)),
    noNewPrivs: holdsForAll(found.map(({ noNewPrivs }) => noNewPrivs)),
    hasRootUid: found.some(({ uids }) => uids.includes(0)),
    label: isKnown(leader.label) || leader.label.unknown !== 'unsupported' ? leader.label : null,
  };
}

function unite(sets: readonly string[]): readonly string[] {
  const bits = sets.reduce((all, set) => all | BigInt(`0x${set}`), 0n);
  return listCapabilities(bits.toString(16));
}

const seccompModes = ['off', 'strict', 'filter'] as const;

function findWeakest(modes: readonly Known<number>[]): Restrictions['seccomp'] {
  const known = modes.filter(isKnown);
  if (known.includes(0)) return 'off';
  const unknown = modes.find((mode) => !isKnown(mode));
  if (unknown !== undefined) return unknown as Unknown;
  return seccompModes[known.includes(2) ? 2 : 1];
}

function holdsForAll(values: readonly Known<boolean>[]): Known<boolean> {
  if (values.includes(false)) return false;
  return values.find((value) => !isKnown(value)) ?? true;
}

/**
 * Whether uid 0 of the host is a user of its user namespaces: of the host's it is, of others where a map leads there.
 * Maps are read as from the user namespace of the reader, which must be the host's.
 */
export function mapsRoot(user: WorkloadPlace, index: SnapshotIndex): Known<boolean> {
  const { verdict, inodes } = user;
  if (verdict === 'host' || verdict === 'partly') return true;
  if (!isKnown(verdict)) return verdict;
  const outside = explainVantage(index);
  if (outside) return outside;
  let open: Unknown | undefined = inodes.length === 0 ? noNumber : undefined;
  for (const map of listMaps(inodes, index)) {
    if (!isKnown(map)) open ??= map;
    else if (map.some(({ outside, count }) => outside === 0 && count > 0)) return true;
  }
  return open ?? false;
}

const noNumber: Unknown = Object.freeze({ unknown: 'denied', detail: 'its user namespace has no number here' });

/** The uid maps of user namespaces. */
export function listMaps(inodes: readonly number[], index: SnapshotIndex): Known<readonly IdMapping[]>[] {
  return inodes.map((inode) => index.namespace('user', inode)?.uidMap ?? { unknown: 'not-asked' });
}

/** Why uids as nscope reads them are not those of the host; undefined where they are. */
export function explainVantage(index: SnapshotIndex): Unknown | undefined {
  const { user } = index.snapshot.host.vantage.namespaces;
  const own = isKnown(user) ? index.namespace('user', user) : undefined;
  const isHost = own && (own.initial === true || knownOr(own.host, false));
  return isHost ? undefined : elsewhere;
}

const elsewhere: Unknown = Object.freeze({
  unknown: 'unsupported',
  detail: 'nscope ran in another user namespace than the host',
});
