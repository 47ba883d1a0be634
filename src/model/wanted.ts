// What costs time and is read only when somebody wants it.

export interface Wanted {
  readonly commandLines: 'all' | 'leaders' | 'none';
  readonly cgroups: boolean;
  /** Owner, parent, 64-bit id, maps, names: what is asked once for each namespace. */
  readonly details: boolean;
  /** Whether BPF may be used. */
  readonly bpf: boolean;
  /** What else holds namespaces: descriptors, sockets, mounts, and the kernel's own lists. */
  readonly holders: boolean;
  /** Whether mounts that hold a namespace are looked up by path also where processes hold it as well. */
  readonly mountPaths: boolean;
  /** Threads that are not where their leader is. */
  readonly threads: boolean;
  /** Which container, sandbox or unit processes and namespaces belong to; takes command lines and cgroups of all. */
  readonly workloads: boolean;
}

/** Everything that a snapshot can carry. */
export const wantEverything: Wanted = {
  commandLines: 'all',
  cgroups: true,
  details: true,
  bpf: true,
  holders: true,
  mountPaths: true,
  threads: true,
  workloads: true,
};

/** Processes and their namespaces alone. */
export const wantProcesses: Wanted = {
  commandLines: 'none',
  cgroups: false,
  details: false,
  bpf: true,
  holders: false,
  mountPaths: false,
  threads: false,
  workloads: false,
};

/** What a listing of namespaces shows. */
export const wantListing: Wanted = {
  ...wantEverything,
  commandLines: 'leaders',
  cgroups: false,
  mountPaths: false,
  workloads: false,
};
