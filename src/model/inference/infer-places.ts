// Where the processes are whose links are refused. Inferred from what anybody may read, and marked as such. Pure.
import type { MountListFact, ProcessFact, SignsFact } from '../facts/facts.ts';
import type { InitialInodes } from '../facts/initial-namespaces.ts';
import { isOlder } from '../facts/tasks-of-namespaces.ts';
import type { Known } from '../snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../snapshot/namespace-types.ts';
import type { Certainty, HostSnapshot, Namespace, Place, Places, UnnumberedNamespace } from '../snapshot/schema.ts';
import { groupByCgroup } from './by-cgroup.ts';
import { groupByLikeness } from './by-likeness.ts';
import { groupByMounts } from './by-mounts.ts';
import { findOutermostInode, groupByNestedPids } from './by-nested-pids.ts';
import { groupByNetDirectory } from './by-net-directory.ts';
import { type Grouping, type Sign, Signs } from './signs.ts';

/** What buildSnapshot has found out before. */
interface InferenceInput {
  readonly tasks: readonly ProcessFact[];
  readonly signs: readonly SignsFact[];
  readonly mountLists: readonly MountListFact[];
  readonly nestedPids: ReadonlyMap<number, readonly number[]>;
  readonly host: Pick<HostSnapshot, 'kernel' | 'vantage'>;
  readonly initials: InitialInodes;
  /** All namespaces that are known by number, whether processes are in them or not. */
  readonly namespaces: Iterable<{ readonly type: NamespaceType; readonly inode: number }>;
}

export interface Inferred {
  /** By PID; processes of which nothing could be inferred are absent. */
  readonly places: ReadonlyMap<number, Places>;
  readonly unnumbered: readonly UnnumberedNamespace[];
  /** The namespaces with a number that processes are inferred to be in. */
  numbered(): Iterable<{ readonly type: NamespaceType; readonly inode: number }>;
  /** The processes that are inferred to be in a namespace whose number is known. */
  tasksOf(type: NamespaceType, inode: number): Namespace['processes']['inferred'];
  /** Whether the host's init is in it. */
  hostOf(type: NamespaceType, inode: number): Namespace['hostInferred'];
}

type MutablePlaces = { -readonly [T in NamespaceType]?: Place };

export function inferPlaces(input: InferenceInput): Inferred {
  if (input.signs.length === 0) return nothing;
  const { tasks, mountLists, nestedPids, host, initials } = input;
  const signs = new Signs(tasks, input.signs, mountLists, nestedPids, host, initials);
  const inference = new Inference(signs, input.namespaces);
  for (const type of namespaceTypes) inference.infer(type);
  return inference.finish();
}

/** Without signs, as where no link is refused. */
const nothing: Inferred = {
  places: new Map(),
  unnumbered: Object.freeze([]),
  numbered: () => [],
  tasksOf: () => undefined,
  hostOf: () => undefined,
};

class Inference {
  readonly #signs: Signs;
  readonly #groupings: Readonly<Record<NamespaceType, Grouping | undefined>>;
  readonly #inodes = new Map<NamespaceType, number[]>(namespaceTypes.map((type) => [type, []]));
  readonly #places = new Map<number, MutablePlaces>();
  readonly #unnumbered: UnnumberedNamespace[] = [];
  readonly #tasks = new Map<NamespaceType, Map<number, Members>>(namespaceTypes.map((type) => [type, new Map()]));

  constructor(signs: Signs, namespaces: InferenceInput['namespaces']) {
    this.#signs = signs;
    for (const { type, inode } of namespaces) this.#inodes.get(type)?.push(inode);
    const mnt = groupByMounts(signs);
    const net = groupByNetDirectory(signs);
    const pid = groupByNestedPids(signs, (process, type) => ({ mnt, net })[type as 'mnt' | 'net'].signOf(process)?.key);
    const companionship = (process: ProcessFact, type: 'mnt' | 'pid') => ({ mnt, pid })[type].signOf(process)?.key;
    this.#groupings = {
      mnt,
      net,
      pid,
      user: groupByLikeness(signs, 'user', ({ idMaps }) => idMaps, 'id-maps', companionship),
      time: groupByLikeness(signs, 'time', ({ clockOffsets }) => clockOffsets, 'clock-offsets', companionship),
      cgroup: groupByCgroup(signs, companionship),
      ipc: undefined,
      uts: undefined,
    };
  }

  infer(type: NamespaceType): void {
    const grouping = this.#groupings[type];
    const anchors = this.#findAnchors(type, grouping);
    const groups = new Map<string, { readonly members: Members; readonly sign: Sign }>();
    for (const process of this.#signs.withSigns) {
      if (!this.#signs.isRefused(process, type)) continue;
      const sign = this.#signOf(process, type, grouping);
      if (!sign) continue;
      const anchor = anchors.byKey.get(sign.key);
      const inode = anchor ?? grouping?.guessInode?.(sign.key, anchors.withoutSigns);
      if (inode !== undefined) {
        const certainty = anchor === undefined ? 'likely' : sign.certainty;
        this.#put(process, type, { inode, by: sign.by, certainty });
        const tasks = this.#tasks.get(type);
        tasks?.set(inode, addMember(tasks.get(inode), process, certainty));
      } else if (type !== 'cgroup') {
        const group = groups.get(sign.key);
        const members = addMember(group?.members, process, sign.certainty);
        // The members of a group may have been put there in several ways: the most certain one tells of the group.
        const telling =
          group && !(group.sign.certainty === 'likely' && sign.certainty === 'certain') ? group.sign : sign;
        groups.set(sign.key, { members, sign: telling });
      }
    }
    this.#number(type, grouping, groups, anchors.withoutSigns);
  }

  /**
   * Kernel threads stay where kthreadd is, but that one of them has its own mounts: kdevtmpfs. From Linux 7.3 on kthreadd
   * sees no mounts, and neither do those that are where it is.
   */
  #signOf(process: ProcessFact, type: NamespaceType, grouping: Grouping | undefined): Sign | undefined {
    const { kthreadd } = this.#signs;
    if (!process.kernelThread || !kthreadd) return grouping?.signOf(process);
    if (type === 'mnt' && (grouping?.signOf(process) || grouping?.signOf(kthreadd))) return grouping.signOf(process);
    const key = grouping?.signOf(kthreadd)?.key ?? ofKernel;
    return { key, by: 'kernel-thread', certainty: 'certain' };
  }

  /**
   * The namespaces that processes with known links show to belong to a key.
   * @returns `withoutSigns`: those of which no process showed a sign. A group without a number might be one of them
   */
  #findAnchors(type: NamespaceType, grouping: Grouping | undefined) {
    const found = new Map<string, Set<number>>();
    const withSigns = new Set<number>();
    const add = (key: string, inode: number) => found.set(key, (found.get(key) ?? new Set()).add(inode));
    for (const process of this.#signs.withSigns) {
      const inode = this.#signs.inodeOf(process, type);
      if (inode === undefined) continue;
      const sign = this.#signOf(process, type, grouping);
      // A guess about one process proves nothing about another.
      if (!sign || sign.by === 'companions') continue;
      add(sign.key, inode);
      withSigns.add(inode);
    }
    const outermost = type === 'pid' ? findOutermostInode(this.#signs) : undefined;
    if (outermost) {
      add(outermost.key, outermost.inode);
      withSigns.add(outermost.inode);
    }
    const byKey = new Map<string, number>();
    for (const [key, inodes] of found) {
      const initial = [...inodes].find((inode) => this.#signs.isInitial(type, inode));
      if (inodes.size === 1 || type === 'user' || type === 'time' || type === 'cgroup')
        byKey.set(key, initial ?? Math.min(...inodes));
    }
    return { byKey, withoutSigns: new Set((this.#inodes.get(type) ?? []).filter((inode) => !withSigns.has(inode))) };
  }

  #number(
    type: NamespaceType,
    grouping: Grouping | undefined,
    groups: ReadonlyMap<string, { readonly members: Members; readonly sign: Sign }>,
    withoutSigns: ReadonlySet<number>,
  ): void {
    const { kthreadd } = this.#signs;
    const mayBe = Object.freeze([...withoutSigns].sort((a, b) => a - b));
    const hosts = kthreadd && this.#keyOfBoot(kthreadd, type, grouping);
    const ordered = [...groups].sort(([, a], [, b]) => a.members.leader.pid - b.members.leader.pid);
    ordered.forEach(([key, { members, sign }], i) => {
      const number = i + 1;
      for (const { process, certainty } of members.all) {
        const { by } = this.#signOf(process, type, grouping) ?? sign;
        this.#put(process, type, { number, by, certainty });
      }
      this.#unnumbered.push(
        Object.freeze({
          type,
          number,
          initial: hosts === undefined ? (kthreadd ? noKernelMounts : noKthreadd) : hosts === key,
          host: this.#isHosts(members),
          by: sign.by,
          certainty: mayBe.length === 0 ? (grouping?.distinct ?? 'certain') : 'likely',
          ...(mayBe.length > 0 ? { mayBe } : {}),
          processes: countMembers(members),
        }),
      );
    });
  }

  /** By which others in the boot's own namespace are known; no process shares the sign of a kthreadd without mounts. */
  #keyOfBoot(kthreadd: ProcessFact, type: NamespaceType, grouping: Grouping | undefined): string | undefined {
    const key = this.#signOf(kthreadd, type, grouping)?.key;
    return type === 'mnt' && key === ofKernel ? undefined : key;
  }

  #isHosts({ all }: Members): Known<boolean> {
    const init = this.#findHostInit();
    return init ? all.some(({ process }) => process === init) : noHostInit;
  }

  /** PID 1 of the initial pid namespace, where its links are refused. */
  #findHostInit(): ProcessFact | undefined {
    const first = this.#signs.get(1);
    const place = this.#places.get(1)?.pid;
    const inInitial =
      this.#signs.kthreadd !== undefined ||
      (place !== undefined && 'inode' in place && this.#signs.isInitial('pid', place.inode));
    return first && inInitial ? first : undefined;
  }

  #put(process: ProcessFact, type: NamespaceType, place: Place): void {
    const places: MutablePlaces = this.#places.get(process.pid) ?? {};
    places[type] = Object.freeze(place);
    this.#places.set(process.pid, places);
  }

  finish(): Inferred {
    for (const places of this.#places.values()) Object.freeze(places);
    const init = this.#findHostInit();
    return {
      places: this.#places,
      unnumbered: Object.freeze(this.#unnumbered),
      numbered: () =>
        namespaceTypes.flatMap((type) => [...(this.#tasks.get(type)?.keys() ?? [])].map((inode) => ({ type, inode }))),
      tasksOf: (type, inode) => {
        const members = this.#tasks.get(type)?.get(inode);
        return members && countMembers(members);
      },
      hostOf: (type, inode) => {
        const place = init && this.#places.get(1)?.[type];
        if (!place) return undefined;
        const { by, certainty } = place;
        if ('inode' in place) return Object.freeze({ host: place.inode === inode, by, certainty });
        const other = this.#unnumbered.find((one) => one.type === type && one.number === place.number);
        return other && Object.freeze({ host: false, by, certainty: other.certainty });
      },
    };
  }
}

/** The key of what only kernel threads tell of. */
const ofKernel = 'kernel';

const noKthreadd = Object.freeze({ unknown: 'unsupported', detail: 'kthreadd is not visible from here' } as const);
const noKernelMounts = Object.freeze({
  unknown: 'unsupported',
  detail: 'kthreadd sees no mounts on this kernel',
} as const);
const noHostInit = Object.freeze({
  unknown: 'unsupported',
  detail: "the host's init is not visible from here",
} as const);

interface Members {
  readonly all: { readonly process: ProcessFact; readonly certainty: Certainty }[];
  leader: ProcessFact;
}

function addMember(members: Members | undefined, process: ProcessFact, certainty: Certainty): Members {
  if (!members) return { all: [{ process, certainty }], leader: process };
  members.all.push({ process, certainty });
  if (isOlder(process, members.leader)) members.leader = process;
  return members;
}

function countMembers({ all, leader }: Members) {
  const certain = all.filter(({ certainty }) => certainty === 'certain').length;
  return Object.freeze({ certain, likely: all.length - certain, leader: leader.pid });
}
