// What restricts a process, beside its namespaces: read of one process when it is shown, and part of no snapshot.
import type { Known } from '../snapshot/known.ts';

/** The sets of capabilities(7) in hexadecimal. */
interface CapabilitySets {
  readonly inheritable: string;
  readonly permitted: string;
  readonly effective: string;
  readonly bounding: string;
  readonly ambient: string;
}

export interface ProcessCredentials {
  /** Real, effective, saved and file system uid, as the reader's user namespace has them. */
  readonly uids: readonly number[];
  readonly capabilities: CapabilitySets;
  /** prctl(2) PR_SET_NO_NEW_PRIVS; since Linux 4.10 in /proc. */
  readonly noNewPrivs: Known<boolean>;
  /** seccomp(2): 0 disabled, 1 strict, 2 filter. */
  readonly seccomp: Known<number>;
  readonly seccompFilters: Known<number>;
}

/** null: no limit. Of limits on the way up to the root of the hierarchy the lowest counts. */
export interface CgroupLimits {
  readonly memoryBytes: Known<number | null>;
  readonly pids: Known<number | null>;
  /** How many processors' time it may use: quota by period. */
  readonly cpus: Known<number | null>;
}

export interface ProcessSecurity {
  readonly credentials: Known<ProcessCredentials>;
  /** /proc/PID/attr/current: the label of SELinux or AppArmor; unsupported where no such module runs. */
  readonly label: Known<string>;
  readonly limits: CgroupLimits;
  /** Whether its control group is frozen, as that of a paused container is: cgroups(7), freezer. */
  readonly frozen: Known<boolean>;
}
