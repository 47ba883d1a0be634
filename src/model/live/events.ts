// What happens to namespaces, one thing an event: the deltas that lead from one state of the host to the next.
import type { Known } from '../snapshot/known.ts';
import type { NamespaceType } from '../snapshot/namespace-types.ts';
import type { Holder, Mount, NamespaceName, NetworkLink, Snapshot } from '../snapshot/schema.ts';
import type { WatchedLinks, WatchedMounts } from './watched-contents.ts';

/** By which way events come; see EventSource for what each cannot see. */
export const eventSourceNames = ['bpf-hooks', 'bpf', 'process-events', 'comparison'] as const;

/** The name of a way by which events come. */
export type EventSourceName = (typeof eventSourceNames)[number];

/** By which way events come, and what that cannot see. */
export interface EventSource {
  /**
   * `bpf-hooks`: the kernel's own making and freeing of namespaces; `bpf`: its tracepoints of processes and system calls,
   * with its list of namespaces read beside them; `process-events`: the process connector of cn_proc.h, and comparison
   * after each; `comparison`: snapshots, one after the other.
   */
  readonly name: EventSourceName;
  /** What may happen without an event, one sentence each. */
  readonly cannotSee: readonly string[];
  /** Why each better source is not in use, one sentence each. */
  readonly refused: readonly string[];
}

/** A namespace in an event. */
export interface EventNamespace {
  readonly type: NamespaceType;
  readonly inode: number;
  /** The kernel's 64-bit id in decimal; null where it gives none. */
  readonly id: string | null;
  /** Inode of the user namespace that owns it; absent where the event did not tell. */
  readonly owner?: number | null;
}

/** A process or thread in an event, as it was at that moment. */
export interface EventProcess {
  readonly pid: number;
  readonly tid: number;
  readonly ppid: number;
  /** Since boot; with the PID it tells a process from a later one of the same number. */
  readonly startTimeTicks: number;
  readonly comm: string;
  readonly uid: number;
  /** The command line, where the kernel told it, or the process lived long enough to be asked for it. */
  readonly command?: string;
}

/**
 * How a namespace was made, or how a process came into one or left it. `mount`: open_tree(2) or fsmount(2); `call`: the
 * kernel told who, and not by which call; `seen`: found so by reading, which tells neither who made it nor by which call.
 */
export type EventWay = 'clone' | 'unshare' | 'setns' | 'mount' | 'call' | 'exit' | 'seen';

interface Numbered {
  /** 1 for the first element of a stream; the next one has the next number. */
  readonly seq: number;
  /** UTC, RFC 3339 with microseconds: when it happened where the kernel told, else when it was seen. */
  readonly at: string;
}

interface Creation {
  readonly event: 'created';
  readonly namespace: EventNamespace;
  readonly how: EventWay;
  /** Who made it; null where nobody saw. */
  readonly process: EventProcess | null;
}

interface Destruction {
  readonly event: 'destroyed';
  readonly namespace: EventNamespace;
}

/** More is known of a namespace than when it was told: its id, or its owner. Only in a stream that asks for processes. */
interface Description {
  readonly event: 'described';
  readonly namespace: EventNamespace;
}

/** A process came into a namespace that its parent, or it before, was not in; or went out of one. */
interface Passage {
  readonly event: 'entered' | 'left';
  readonly namespace: EventNamespace;
  readonly how: EventWay;
  readonly process: EventProcess;
}

/** Something other than a task began or ceased to hold it. */
interface Holding {
  readonly event: 'held' | 'released';
  readonly namespace: EventNamespace;
  readonly holder: Holder;
  /** Of the process whose descriptor it is. */
  readonly process: EventProcess | null;
}

interface Naming {
  readonly event: 'named' | 'unnamed';
  readonly namespace: EventNamespace;
  readonly name: NamespaceName;
}

/**
 * Every birth and end of a process, and every change of its namespaces, parent, user or name; only in a stream that asks
 * for them.
 */
interface Change {
  readonly event: 'fork' | 'moved' | 'exit';
  readonly process: EventProcess;
  /** Inodes in the order of namespaceLinks, 0 for what is not known; of `exit` those that it was in. */
  readonly links: readonly number[];
  /**
   * Of `exit`: its parent has not waited for it, and it is a zombie with these links. It ends once more, without them, when
   * it is waited for.
   */
  readonly zombie?: readonly number[];
}

/** The fields that were otherwise, as they were: null for one that was absent. */
export type Former<T> = { readonly [Field in keyof T]?: T[Field] | null };

/** A mount came, went or changed in a mount namespace that the stream was asked for. */
interface Mounting {
  /** `remounted`: it lies elsewhere, or its options, its propagation or those of its file system are others. */
  readonly event: 'mounted' | 'unmounted' | 'remounted';
  readonly namespace: EventNamespace;
  /** Its 64-bit id in decimal; null where the kernel gives none. */
  readonly mountId: string | null;
  /** As it is now, of `unmounted` as it was; unknown where it had gone before it could be read. */
  readonly mount: Known<Mount>;
  /** Of `remounted`: what was otherwise, as it was. */
  readonly was?: Former<Mount>;
  /** Who did it; null where nobody was seen. */
  readonly process: EventProcess | null;
}

/** A link came, went or changed in a network namespace that the stream was asked for. */
interface Linking {
  readonly event: 'link-added' | 'link-removed' | 'link-changed';
  readonly namespace: EventNamespace;
  /** As it is now, of `link-removed` as it was. */
  readonly link: NetworkLink;
  /** Of `link-changed`: what was otherwise, as it was. */
  readonly was?: Former<NetworkLink>;
  /** Of `link-removed`: where it is now, where it was moved to another network namespace. */
  readonly movedTo?: { readonly inode: Known<number>; readonly index: number };
}

/** Whose mounts or links were lost or compared. */
interface ContentsPlace {
  readonly things: 'mounts' | 'links';
  /** null: of all network namespaces whose links are watched. */
  readonly namespace: EventNamespace | null;
}

/** Events were lost; a `resync`, or the whole state, follows. */
interface Loss {
  readonly event: 'lost';
  /** How many events; null where not even that is known. */
  readonly count: number | null;
  /** `kernel`: nscope was too slow; `reader`: whoever reads the stream was. */
  readonly where: 'kernel' | 'reader';
  /** Where they were of mounts or links alone. */
  readonly of?: ContentsPlace;
}

/** What was lost has been made good by comparison: the state is that of the host again. */
interface Resync {
  readonly event: 'resync';
  /** How many events the comparison gave. */
  readonly changes: number;
  /** Where mounts or links alone were compared. */
  readonly of?: ContentsPlace;
}

type EventBody =
  | Creation
  | Description
  | Destruction
  | Passage
  | Holding
  | Naming
  | Change
  | Mounting
  | Linking
  | Loss
  | Resync;

/** An event before it is put into a stream. */
export type EventDraft = EventBody & { readonly at?: string };

/** One thing that happened to a namespace or a process, with its number in the stream and its time. */
export type NamespaceEvent = EventBody & Numbered;

/** What happened, in a word. */
export type EventKind = EventBody['event'];

/** The whole state: the first element of a stream, and again after the reader lost events. */
export interface StateElement extends Numbered {
  readonly event: 'state';
  readonly source: EventSource;
  readonly snapshot: Snapshot;
  /** Of the mount namespaces that the stream was asked for: how their mounts are watched, and which there are. */
  readonly mounts?: readonly WatchedMounts[];
  /** Of the network namespaces that the stream was asked for, likewise. */
  readonly links?: readonly WatchedLinks[];
}

/** What a stream gives: the whole state, or one event. */
export type StreamElement = StateElement | NamespaceEvent;
