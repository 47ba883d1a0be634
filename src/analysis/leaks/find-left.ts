// What is there after a command that was not there before it: from two states of the host and what events told between.

import { hasEnded } from '../../model/derived/has-ended.ts';
import type { ReleaseEvidence } from '../../model/evidence/release-evidence.ts';
import type { EventNamespace } from '../../model/live/events.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Process, Snapshot } from '../../model/snapshot/schema.ts';
import { diffSnapshots } from '../compare/diff-snapshots.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { describeCommand } from '../release/command.ts';
import { planEnd } from '../release/end-process.ts';
import { findHolders } from '../release/find-holders.ts';
import type { Left, LeftNamespace, LeftPin, LeftProcess, Making, Sign, Whose } from './left.ts';
import {
  describeLeftMounts,
  describeStaleNames,
  findNewMounts,
  type MountCalls,
  type MountPoint,
} from './left-mounts.ts';

/** A moment of the host. */
export interface HostState {
  readonly snapshot: Snapshot;
  /** Of the mount namespace that nscope is in. */
  readonly mounts: readonly MountPoint[];
  /** Files in /run/netns that lead to no namespace. */
  readonly staleNames: readonly string[];
}

/** Whose things are. */
export interface Family {
  /** The processes of the command that are alive, each with how that is known. */
  readonly processes: ReadonlyMap<number, Extract<Sign, 'descent' | 'cgroup'>>;
  /** How a namespace was made, where events told. */
  makingOf(namespace: EventNamespace): Making | undefined;
  beginningOf(process: Process): Making | undefined;
  makingOfName(path: string): Making | undefined;
  readonly mountCalls: MountCalls;
}

/**
 * Everything that is left, whoever made it: processes of the command, then namespaces, pins, mounts and stale names.
 * @param index - of the snapshot in `after`
 * @param evidence - what was read of the holders, for the commands that release them
 */
export function findLeft(
  before: HostState,
  after: HostState,
  index: SnapshotIndex,
  family: Family,
  evidence?: ReleaseEvidence,
): Left[] {
  const namespaces = listNewNamespaces(before, after);
  const names = new Set(namespaces.map(({ type, inode }) => formatNamespace(type, inode)));
  const owners = new Attribution(namespaces, index, family);
  return [
    ...listLeftProcesses(index, family, evidence),
    ...namespaces.map((one) => describeNamespace(one, owners, index, family, evidence)),
    ...describeLeftMounts(findNewMounts(before.mounts, after.mounts), family.mountCalls, (name) => names.has(name)),
    ...findPinsElsewhere(before.snapshot, after.snapshot),
    ...describeStaleNames(before.staleNames, after.staleNames, (path) => family.makingOfName(path), family.mountCalls),
  ];
}

/** Those that came, and those that bear the number of one that has ended. */
export function listNewNamespaces(before: HostState, after: HostState): readonly Namespace[] {
  const { appeared, replaced } = diffSnapshots(before.snapshot, after.snapshot);
  return [...appeared, ...replaced.map((one) => one.appeared)];
}

/** The processes of the command that have not ended. */
export function listLiving(index: SnapshotIndex, family: Family): readonly Process[] {
  return index.snapshot.processes.filter(
    (process) => process.tid === process.pid && family.processes.has(process.pid) && !hasEnded(process),
  );
}

function listLeftProcesses(index: SnapshotIndex, family: Family, evidence?: ReleaseEvidence): LeftProcess[] {
  return listLiving(index, family).map((process) => {
    const { pid, comm, uid } = process;
    const sign = family.processes.get(pid) ?? 'descent';
    const making = family.beginningOf(process) ?? null;
    const release = evidence ? planEnd(pid, index, evidence) : {};
    return {
      kind: 'process',
      pid,
      comm,
      uid,
      command: describeCommand(process),
      whose: 'command',
      sign,
      making,
      ...release,
    };
  });
}

function describeNamespace(
  namespace: Namespace,
  attribution: Attribution,
  index: SnapshotIndex,
  family: Family,
  evidence?: ReleaseEvidence,
): LeftNamespace {
  const { type, inode } = namespace;
  const { whose, sign } = attribution.of(namespace);
  const making = family.makingOf(toEvent(namespace)) ?? null;
  const holders = findHolders(index, namespace, evidence);
  const names = namespace.names.map(({ kind, name, path }) => (kind === 'ip-netns' ? name : path));
  return { kind: 'namespace', type, inode, id: toEvent(namespace).id, names, whose, sign, making, holders };
}

function toEvent({ type, inode, id }: Namespace): EventNamespace {
  return { type, inode, id: isKnown(id) ? id : null };
}

interface Belonging {
  readonly whose: Whose;
  readonly sign: Sign;
}

/**
 * Whose each new namespace is: by its maker, else by who is in it or holds it, else by who was in it when it was first seen,
 * else by its relatives.
 */
class Attribution {
  readonly #known = new Map<Namespace, Belonging>();
  readonly #family: Family;
  readonly #index: SnapshotIndex;

  constructor(namespaces: readonly Namespace[], index: SnapshotIndex, family: Family) {
    this.#family = family;
    this.#index = index;
    for (const namespace of namespaces) {
      const found = this.#byMaker(namespace) ?? this.#byHolders(namespace) ?? this.#byFirstSeen(namespace);
      if (found) this.#known.set(namespace, found);
    }
    // An outer user namespace without a process is seen by what it owns, and what that owns.
    for (let found = true; found; ) {
      found = false;
      for (const namespace of namespaces) {
        const whose = this.#known.has(namespace) ? undefined : this.#whoseRelatives(namespace);
        if (whose === undefined) continue;
        this.#known.set(namespace, { whose, sign: 'relative' });
        found = true;
      }
    }
  }

  of(namespace: Namespace): Belonging {
    return this.#known.get(namespace) ?? { whose: 'unknown', sign: 'none' };
  }

  /** What was only seen to be there has a process in it, and not a maker. */
  #byMaker(namespace: Namespace): Belonging | undefined {
    const making = this.#family.makingOf(toEvent(namespace));
    if (!making?.maker || making.how === 'seen') return undefined;
    return { whose: making.whose, sign: 'event' };
  }

  #byHolders(namespace: Namespace): Belonging | undefined {
    const members = this.#index.membersOf(namespace.type, namespace.inode).map(({ pid }) => pid);
    const holding = namespace.holders.flatMap((holder) =>
      'pid' in holder && holder.pid !== undefined ? [holder.pid] : [],
    );
    const pids = [...members, ...holding];
    if (pids.length === 0) return undefined;
    const isTheirs = pids.some((pid) => this.#family.processes.has(pid));
    return { whose: isTheirs ? 'command' : 'others', sign: 'member' };
  }

  #byFirstSeen(namespace: Namespace): Belonging | undefined {
    const making = this.#family.makingOf(toEvent(namespace));
    return making?.maker ? { whose: making.whose, sign: 'member' } : undefined;
  }

  #whoseRelatives({ type, inode, owner, parent }: Namespace): Whose | undefined {
    const above = [
      typeof owner === 'number' ? this.#index.namespace('user', owner) : undefined,
      typeof parent === 'number' ? this.#index.namespace(type, parent) : undefined,
    ];
    const relatives = [...this.#index.belowOf(type, inode), ...above];
    for (const relative of relatives) {
      const known = relative && this.#known.get(relative);
      if (known) return known.whose;
    }
    return undefined;
  }
}

/** Bind mounts of namespaces in mount namespaces that were there before, but for the one that nscope is in. */
function findPinsElsewhere(before: Snapshot, after: Snapshot): LeftPin[] {
  const own = after.host.vantage.namespaces.mnt;
  const earlier = new Set(before.namespaces.flatMap((one) => listPins(one).map(({ key }) => key)));
  const rooms = new Set(before.namespaces.flatMap(({ type, inode }) => (type === 'mnt' ? [inode] : [])));
  const kept = new Set(before.namespaces.map(({ type, inode }) => formatNamespace(type, inode)));
  const seenHere = new Set(
    after.namespaces.flatMap((one) =>
      listPins(one).flatMap(({ path, room, keeps }) => (room === own ? [`${keeps} ${path}`] : [])),
    ),
  );
  return after.namespaces.flatMap(listPins).flatMap(({ key, path, room, keeps }): LeftPin[] => {
    // What is mounted where nscope is comes to other mount namespaces by propagation.
    if (room === own || earlier.has(key) || !rooms.has(room) || !kept.has(keeps) || seenHere.has(`${keeps} ${path}`))
      return [];
    return [{ kind: 'pin', path, keeps, mountNamespace: room, whose: 'unknown', sign: 'none', making: null }];
  });
}

function listPins({ type, inode, holders }: Namespace) {
  const keeps = formatNamespace(type, inode);
  return holders.flatMap((holder) => {
    if (holder.kind !== 'bind-mount' || !isKnown(holder.path) || !isKnown(holder.mountNamespace)) return [];
    const { path, mountNamespace: room } = holder;
    return [{ key: `${keeps} ${room} ${path}`, keeps, path, room }];
  });
}
