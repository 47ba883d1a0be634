// What is known of a call about namespaces that the kernel refused: the call, who made it, and the settings of the host.
import type { Known } from '../snapshot/known.ts';
import type { NamespaceType } from '../snapshot/namespace-types.ts';
import type { IdMapping } from '../snapshot/schema.ts';

/** The system calls that make, enter and furnish namespaces, and the writes and programs that belong to them. */
export const observedCalls = [
  'unshare',
  'clone',
  'clone3',
  'setns',
  'mount',
  'umount2',
  'pivot_root',
  'chroot',
  'setgroups',
  'setresuid',
  'setresgid',
  'write',
  'execve',
  'move_mount',
  'mount_setattr',
  'fsmount',
  'open_tree',
  'sethostname',
] as const;

export type ObservedCall = (typeof observedCalls)[number];

/** A call and what the kernel answered. */
export interface RefusedCall {
  readonly call: ObservedCall;
  /** New namespaces that were asked for, or the type that was to be entered. */
  readonly types: readonly NamespaceType[];
  /** The name of the errno; SIGSYS where the call ended the process; of a setuid program `no privileges`. */
  readonly errno: string;
  /** Flags of mount(2) and umount2(2). */
  readonly flags?: number;
  /** What was to be mounted, the file that was written. */
  readonly source?: string;
  readonly target?: string;
  readonly fsType?: string;
}

/** A mount of a file system that the kernel lets a user namespace mount anew where one is seen whole: proc and sysfs. */
export interface SeenMount {
  readonly fsType: string;
  readonly point: string;
  /** Whether it is the whole file system, not a directory of it. */
  readonly whole: boolean;
  readonly readOnly: boolean;
  /** What it says of access times: some of noatime, nodiratime, relatime. */
  readonly atime: readonly string[];
  /** Mount points that cover parts of it, without those on directories that the kernel made for that. */
  readonly covers: readonly string[];
}

/** The state of a process when it asks. */
export interface CallerState {
  readonly euid: number;
  readonly egid: number;
  /** Effective capabilities in hexadecimal. */
  readonly effective: string;
  readonly noNewPrivs: Known<boolean>;
  /** 0 none, 1 strict, 2 filter. */
  readonly seccomp: Known<number>;
  readonly seccompFilters: Known<number>;
  /** Of AppArmor, SELinux or Smack. */
  readonly label: Known<string>;
  readonly userNamespace: Known<number>;
  /** How many user namespaces are above it, where that can be counted up to the boot's own. */
  readonly depth: Known<number>;
  /** The same of pid namespaces. */
  readonly pidDepth: Known<number>;
  readonly uidMap: Known<readonly IdMapping[]>;
  readonly gidMap: Known<readonly IdMapping[]>;
  /** Whether its effective uid and gid have a place in its user namespace. */
  readonly uidMapped: Known<boolean>;
  readonly gidMapped: Known<boolean>;
  /** Of its user namespace. */
  readonly setgroups: Known<string>;
  /** Whether its root is a mount. Where it is not, the process is in a chroot; where it is, it may be. */
  readonly rootIsMount: Known<boolean>;
  readonly mounts: Known<readonly SeenMount[]>;
  readonly mountPoints: Known<readonly string[]>;
  /** The user namespaces that own its mount, pid, net, ipc and cgroup namespaces. */
  readonly owners: Readonly<Partial<Record<NamespaceType, Known<number>>>>;
  readonly threads: Known<number>;
}

/** Settings that hold for all processes of a user namespace, or of the host. */
export interface RefusalSettings {
  /** user.max_*_namespaces of nscope's user namespace. */
  readonly limits: Readonly<Record<NamespaceType, Known<number>>>;
  /** Types that this kernel has. */
  readonly present: readonly NamespaceType[];
  /** Of nscope, for the limits. */
  readonly userNamespace: Known<number>;
  /** kernel.unprivileged_userns_clone: of Debian's kernels and those made from them. */
  readonly usernsClone: Known<number>;
  /** kernel.apparmor_restrict_unprivileged_userns. */
  readonly apparmorRestrict: Known<number>;
  /** Whether AppArmor and SELinux run; SELinux may run without refusing. */
  readonly apparmor: boolean;
  readonly selinux: 'off' | 'permissive' | 'enforcing';
  /** Names in /sys/kernel/security/lsm. */
  readonly modules: Known<readonly string[]>;
  readonly maxMounts: Known<number>;
  /** kernel.yama.ptrace_scope. */
  readonly ptraceScope: Known<number>;
}

/** Whether a seccomp filter answers before the kernel does: a call is made that the kernel always refuses with one errno. */
export interface FilterProbe {
  readonly call: ObservedCall;
  readonly type: NamespaceType | null;
  /** The call as a person writes it. */
  readonly written: string;
  readonly expected: string;
  readonly answered: string;
}

/** pids.max of a control group that a process is in, or of one above. */
export interface SeenTaskLimit {
  readonly path: string;
  readonly max: number;
  readonly current: number;
}

/** What was asked of the kernel in a child that changed nothing, besides the refused call itself. */
export interface RefusalTrials {
  readonly probes: readonly FilterProbe[];
  /** How many filters nscope has itself: a process with as many passes the same. */
  readonly filters?: number;
  /** Whether the process is followed by one that may not follow privileged programs: they get no privileges then. */
  readonly observer?: boolean;
  /** How many namespaces of the type are seen that the caller's user namespace or one below it owns. */
  readonly counted?: number;
  /** Of who asks, after EAGAIN. */
  readonly taskLimits?: readonly SeenTaskLimit[];
  /**
   * Whether a user namespace could be made from the root of the mount namespace, which a process with CAP_SYS_CHROOT can
   * go back to; undefined where that was not tried.
   */
  readonly fromRealRoot?: string | null;
  /** The answer to the same call as another user of the user namespace; undefined where that was not tried. */
  readonly asAnother?: { readonly uid: number; readonly errno: string | null };
}

/** All that the gates judge by. */
export interface RefusalEvidence {
  readonly refused: RefusedCall;
  readonly caller: CallerState;
  readonly settings: RefusalSettings;
  readonly trials: RefusalTrials;
}

/** One trial: a namespace of a type, or what a sandbox does next in its user namespace. */
export interface MakingTrial {
  /** `maps`: the own id as root of a new user namespace. `proc`: a new /proc in a new pid namespace below it. */
  readonly what: NamespaceType | 'maps' | 'proc';
  readonly way: 'directly' | 'in a user namespace';
  /** What is known of the refusal; null where it was carried out. */
  readonly refusal: RefusalEvidence | null;
}

/** A call of a command that was observed. */
export interface ObservedRefusal {
  readonly pid: number;
  /** As it called itself. */
  readonly comm: string;
  readonly evidence: RefusalEvidence;
}
