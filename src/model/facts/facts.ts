// What sources emit: plain facts, each true by itself, in any order. buildSnapshot makes the graph of them.
import type { VisibleKind } from '../snapshot/holder-kinds.ts';
import type { Known } from '../snapshot/known.ts';
import type { NamespaceLink, NamespaceType } from '../snapshot/namespace-types.ts';
import type { PidNamespaceStage } from '../snapshot/pid-namespace-stage.ts';
import type {
  Holder,
  HostSnapshot,
  IdMapping,
  Limit,
  NamespaceName,
  SourceCoverage,
  TimeOffsets,
  UtsNames,
} from '../snapshot/schema.ts';

/** The inode number behind each link of /proc/PID/ns, or why it could not be read. */
export type NamespaceInodes = Readonly<Record<NamespaceLink, Known<number>>>;

/** A process, or a thread whose namespaces differ from its leader's (then `tid` is not `pid`). */
export interface ProcessFact {
  readonly fact: 'process';
  readonly pid: number;
  readonly tid: number;
  readonly ppid: number;
  readonly state: string;
  readonly comm: string;
  readonly startTimeTicks: number;
  readonly threads: number;
  readonly uid: number;
  readonly kernelThread: boolean;
  readonly namespaces: NamespaceInodes;
  readonly commandLine: Known<readonly string[]>;
  readonly cgroup: Known<string>;
}

/** The PIDs of a task from the reader's pid namespace to its own: NSpid of proc_pid_status(5). */
export interface NestedPidsFact {
  readonly fact: 'nested-pids';
  /** Of a thread its tid. */
  readonly pid: number;
  readonly pids: readonly number[];
}

/** A command line that was read after the process itself. */
export interface CommandLineFact {
  readonly fact: 'command-line';
  readonly pid: number;
  readonly commandLine: Known<readonly string[]>;
}

/** A cgroup that was read after the task itself. */
export interface CgroupFact {
  readonly fact: 'cgroup';
  readonly tid: number;
  readonly cgroup: Known<string>;
}

/** What is known of a namespace by itself. Several sources may speak of one; what they say is merged. */
export interface NamespaceFact {
  readonly fact: 'namespace';
  readonly type: NamespaceType;
  readonly inode: number;
  /** st_dev of nsfs. */
  readonly dev?: Known<number>;
  /** The kernel's 64-bit id, in decimal. */
  readonly id?: Known<string>;
  /** The inode of the owning user namespace; null for the initial user namespace, which has none. */
  readonly owner?: Known<number | null>;
  /** The uid that made it: user namespaces alone carry one, NS_GET_OWNER_UID. */
  readonly creatorUid?: Known<number>;
  /** The inode of the parent: pid and user namespaces alone have one; null for the initial ones. */
  readonly parent?: Known<number | null>;
  /** When it was first opened by what holds it open until now, in ms since 1970: ctime of its inode in nsfs. */
  readonly openedAtMs?: number;
  /** A descriptor of it waits in the queue of a unix socket, and keeps it open. */
  readonly openInFlight?: true;
  readonly uts?: Known<UtsNames>;
  readonly uidMap?: Known<readonly IdMapping[]>;
  readonly gidMap?: Known<readonly IdMapping[]>;
  readonly setgroups?: Known<string>;
  readonly timeOffsets?: Known<TimeOffsets>;
  /** Of a pid namespace, when it was looked at. */
  readonly stage?: PidNamespaceStage;
  /** The number that nscope's own network namespace has for this one; null where it has none. */
  readonly netnsid?: Known<number | null>;
}

/** A name that leads to a namespace. */
export interface NameFact {
  readonly fact: 'name';
  readonly type: NamespaceType;
  readonly inode: number;
  readonly name: NamespaceName;
}

/** Something other than a task, a child or an owned namespace keeps this namespace alive. */
export interface HolderFact {
  readonly fact: 'holder';
  readonly type: NamespaceType;
  readonly inode: number;
  readonly holder: Holder;
}

/**
 * A kind of holders was looked for. Several sources may speak of one kind: it was looked for everywhere when at least one
 * did, and none says that something stayed unseen.
 */
export interface SearchFact {
  readonly fact: 'search';
  readonly kind: SearchedKind;
  /** What was not looked at, in a few words: "the descriptors of process 1 are refused". */
  readonly unseen?: string;
  /** Whose processes do not appear at all: nobody knows how many there are. */
  readonly invisible?: 'outside-pid-namespace' | 'of-other-users';
}

/** The kinds that sources look for; children and owned namespaces are in the graph. */
export type SearchedKind = Exclude<VisibleKind, 'child' | 'owned'>;

/** All namespaces of some types that the kernel had at one moment, from its own lists. */
export interface EnumerationFact {
  readonly fact: 'enumeration';
  /** Before the other sources, or after them. */
  readonly pass: 'first' | 'last';
  readonly source: string;
  /** The types of which it gives every namespace; others may be among them, but not all. */
  readonly wholeTypes: readonly NamespaceType[];
  /** Where the second list has the same as the first, this is the same array. */
  readonly namespaces: readonly Pick<NamespaceFact, 'type' | 'inode' | 'id'>[];
}

/**
 * What anybody may read of a process whose links are refused, and of some others to compare with: signs of where it is.
 * What could not be read, or changed while it was read, is absent.
 */
export interface SignsFact {
  readonly fact: 'signs';
  readonly pid: number;
  /** NSpid of proc_pid_status(5), also where it is one number. */
  readonly pids?: readonly number[];
  /** Inode number of /proc/PID/net/stat: each network namespace has one. */
  readonly netStat?: number;
  /** Id of the first mount in /proc/PID/mountinfo: unique among all mounts of the host. */
  readonly firstMount?: number;
  /** /proc/PID/uid_map as text. */
  readonly idMaps?: string;
  /** /proc/PID/timens_offsets as text: of the time namespace of its children. */
  readonly clockOffsets?: string;
  /** The path that says most: parseCgroup. */
  readonly cgroup?: string;
}

/** The ids of all mounts that a process sees, and of the parent of the first: all are in one mount namespace. */
export interface MountListFact {
  readonly fact: 'mount-list';
  readonly firstMount: number;
  readonly mounts: readonly number[];
}

/** Two sources contradict each other: a bug, or a kernel that is not as known. */
export interface DisagreementFact {
  readonly fact: 'disagreement';
  readonly text: string;
}

/** The name of a user in the host's password database. */
export interface UserNameFact {
  readonly fact: 'user-name';
  readonly uid: number;
  readonly name: string;
}

/** What one source did. */
export interface CoverageFact {
  readonly fact: 'coverage';
  readonly coverage: SourceCoverage;
}

/** A reason why the listing may lack something, and what would lift it. */
export interface LimitFact extends Limit {
  readonly fact: 'limit';
}

/** The host, and from where it was looked at. A snapshot has one. */
export interface HostFact {
  readonly fact: 'host';
  readonly host: Omit<HostSnapshot, 'users'>;
}

/** What a source found, plainly: buildSnapshot makes a snapshot of such. */
export type Fact =
  | ProcessFact
  | NestedPidsFact
  | CommandLineFact
  | CgroupFact
  | NamespaceFact
  | NameFact
  | HolderFact
  | SearchFact
  | EnumerationFact
  | SignsFact
  | MountListFact
  | DisagreementFact
  | UserNameFact
  | CoverageFact
  | LimitFact
  | HostFact;
