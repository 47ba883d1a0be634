// What is read to tell whether a process is in a child namespace: plain values, so that it can be recorded on one kernel
// and judged anywhere.
import type { Known } from '../snapshot/known.ts';
import type { NamespaceLink, NamespaceType } from '../snapshot/namespace-types.ts';
import type { IdMapping, TimeOffsets } from '../snapshot/schema.ts';

/** What stat(2) says of a namespace. */
export interface NamespaceIdentity {
  readonly inode: number;
  readonly dev: number;
}

/** Whom the evidence is about. */
export interface DetectSubject {
  /** The PID as /proc has it; absent for a namespace that was asked about by itself, or without /proc. */
  readonly pid?: number;
  /** Whether it is the reader itself: some things are told of the reader alone. */
  readonly self: boolean;
  /** The type of a namespace that was asked about by itself. */
  readonly namespace?: NamespaceType;
}

/** The answers of ioctl_nsfs(2). */
export interface NamespaceAnswers {
  /** NS_GET_ID, in decimal; for mnt NS_GET_MNTNS_ID where the former is missing. */
  readonly id: Known<string>;
  /** The inode number of the owning user namespace: NS_GET_USERNS. */
  readonly owner: Known<number>;
  /** The inode number of the parent: NS_GET_PARENT; pid and user alone. */
  readonly parent: Known<number>;
}

/** What anybody may read of a process, and its links where they may be read. */
export interface WitnessEvidence {
  readonly pid: number;
  readonly comm: string;
  readonly ppid: number;
  readonly kernelThread: boolean;
  readonly startTimeTicks: number;
  readonly links: Readonly<Record<NamespaceType, Known<number>>>;
  /** The ids of the mounts that it sees. */
  readonly mountIds: Known<readonly number[]>;
  /** The inode number of /proc/PID/net/stat: one for each network namespace. */
  readonly netStat: Known<number>;
  readonly cgroups: Known<readonly string[]>;
}

/** How /proc is mounted where the reader sees it. */
export interface ProcEvidence {
  /** `foreign`: of a pid namespace in which the reader is not. */
  readonly state: 'mounted' | 'foreign' | 'absent';
  /** As proc(5) spells the option: 0, 1, 2, 4 or a word; not known where the mount itself is out of sight. */
  readonly hidepid: Known<string>;
  /** The PIDs of the reader from the pid namespace of /proc to its own. */
  readonly readerPids: Known<readonly number[]>;
  /** How many processes are visible, and how many the link count of /proc says that the host has. */
  readonly visible: Known<number>;
  readonly total: Known<number>;
}

/** What was read to tell whether namespaces are the boot's own; judgeEvidence concludes from it. */
export interface DetectEvidence {
  /** uname -r. */
  readonly kernel: string;
  /** Why there is no addon; null where there is one. */
  readonly addonMissing: string | null;
  readonly subject: DetectSubject;
  readonly proc: ProcEvidence;
  readonly links: Readonly<Record<NamespaceLink, Known<NamespaceIdentity>>>;
  readonly answers: Readonly<Record<NamespaceType, NamespaceAnswers>>;
  /** The reader's own links. */
  readonly reader: Readonly<Record<NamespaceType, Known<number>>>;
  readonly uidMap: Known<readonly IdMapping[]>;
  /** NSpid of the subject. */
  readonly pids: Known<readonly number[]>;
  readonly cgroups: Known<readonly string[]>;
  readonly timeOffsets: Known<TimeOffsets>;
  readonly mountIds: Known<readonly number[]>;
  readonly netStat: Known<number>;
  /** PID 1 and PID 2 of /proc. */
  readonly init: Known<WitnessEvidence>;
  readonly second: Known<WitnessEvidence>;
  /** The inode numbers of the entries of /proc that belong to no process, as runs from first to last. */
  readonly procInodes: Known<readonly (readonly [first: number, last: number])[]>;
  /**
   * Whether /proc/sys/net/core has netdev_max_backlog, a setting of the whole host that the kernel shows in the initial
   * network namespace alone. The directory is the one of the reader's network namespace.
   */
  readonly hostNetSysctl: Known<boolean>;
  /** What engines leave: a file's path, or `container=podman` with where it stood. */
  readonly traces: readonly string[];
  /** Places of traces that were refused or did not answer, a sentence each; absent where there are none. */
  readonly unreadTraces?: readonly string[];
}
