// What is read of a host before a command is proposed that releases a holder: true of that moment alone, and part of no
// snapshot.
import type { Known } from '../snapshot/known.ts';
import type { SignalDispositions } from './pid-namespace-init.ts';

/** A process that holds a namespace, as a signal would find it. */
export interface HoldingProcess {
  /** Since boot: it is the process of the snapshot where this is the same. */
  readonly startTimeTicks: number;
  /** Of its leader: proc_pid_stat(5). */
  readonly state: string;
  readonly parent: number;
  /** The PID of the process that traces it; 0 where none does. */
  readonly tracer: number;
  /** NSpid: 1 at the end says that it is an init. */
  readonly pids: readonly number[];
  /** Threads that have not ended; 0 for a zombie. */
  readonly livingThreads: number;
  /** `blocked`: by every thread, so that none takes the signal. */
  readonly signals: SignalDispositions;
  /** Signals that it reads from a signalfd(2), which it has to block for that. */
  readonly readSignals: readonly number[];
  /** Whether its control group is frozen, as that of a paused container is; false also where that could not be read. */
  readonly frozen: boolean;
}

/** A mount and where it stands in the tree of its mount namespace. */
export interface MountPlace {
  readonly fsType: string;
  /** major:minor of st_dev. */
  readonly device: string;
  /** What of the file system is mounted; for a namespace `net:[4026532992]`. */
  readonly root: string;
  /** Seen from the root of the mount namespace. */
  readonly path: string;
  /** The ids that mountinfo shows. */
  readonly oldId: number;
  readonly oldParentId: number;
  /** The peer group that it shares events with, 0 when it is not shared. */
  readonly peerGroup: number;
  /** The peer group that it receives events from, 0 when it is no slave. */
  readonly master: number;
}

/** A mount namespace in which something is mounted that holds. */
export interface MountRoom {
  /** All its mounts. */
  readonly mounts: Known<readonly MountPlace[]>;
  /** `/proc/PID` of a process in it whose root is that of the mount namespace. */
  readonly member: string | undefined;
  /** Whether nscope is in it, with the root of the mount namespace for its own. */
  readonly isOwn: boolean;
  /** Whether nscope is in it, with another root. */
  readonly isChrooted: boolean;
  /**
   * Whether mounts there may be locked: what was copied from a mount namespace of another user namespace nobody can unmount
   * alone (mount_namespaces(7)), and no file says of which that holds. Not of a mount namespace of the initial user namespace.
   */
  readonly mayBeLocked: boolean;
  /** Of bind mounts of namespaces, by the id in mountinfo: whether they are locked. Those that the kernel told of by BPF. */
  readonly locks: ReadonlyMap<number, boolean>;
}

/** What findHolders needs beyond a snapshot to give the command that releases a holder. */
export interface ReleaseEvidence {
  /** By PID. */
  readonly processes: ReadonlyMap<number, Known<HoldingProcess>>;
  /** By the inode number of the mount namespace. */
  readonly rooms: ReadonlyMap<number, MountRoom>;
  /** Names of programs that are in the directories of PATH. */
  readonly programs: ReadonlySet<string>;
  /** Whether nsenter(1) and umount(8) are those of util-linux: others lack options. */
  readonly hasUtilLinux: boolean;
  /** The words that start nscope itself; undefined where it is a library. */
  readonly nscope: readonly string[] | undefined;
}

/** The programs that a command may need. */
export const releasePrograms = ['ip', 'umount', 'nsenter', 'docker', 'podman', 'lxc-stop', 'machinectl'] as const;
