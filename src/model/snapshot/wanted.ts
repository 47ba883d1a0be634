// What costs time and is read only when somebody wants it.
import type { Conditions } from './schema.ts';

export type ConditionName = keyof Conditions;

/** What verdicts need. */
export const verdictConditions: readonly ConditionName[] = [
  'sysctls',
  'subordinateRanges',
  'nameFiles',
  'namespaceCounts',
  'taskLimits',
  'mountViews',
  'securities',
  'pidFiles',
  'linkLists',
  'zombies',
];

/** What is large or slow, and has to be asked for by name. */
export const conditionsOnDemand = ['mounts', 'networks'] as const satisfies readonly ConditionName[];

/** What a snapshot is to have. What is left out costs nothing, and stands there as not asked. */
export interface Wanted {
  readonly commandLines: 'all' | 'leaders' | 'none';
  readonly cgroups: boolean;
  /** Owner, parent and 64-bit id of each namespace. */
  readonly details: boolean;
  /** What some types have: host names, id maps, clock offsets. */
  readonly attributes: boolean;
  /**
   * Which processes come with the snapshot. `leaders`: those that stand for a namespace, and the inits; the others are
   * looked at and counted all the same.
   */
  readonly processes: 'all' | 'leaders';
  /** Whether BPF may be used. */
  readonly bpf: boolean;
  /**
   * What else holds namespaces: descriptors, sockets, mounts. `unless-listed`: only where the kernel does not list all
   * namespaces itself, so that none is missed. Without holders those lists are not read either.
   */
  readonly holders: boolean | 'unless-listed';
  /** Whether mounts that hold a namespace are looked up by path also where processes hold it as well. */
  readonly mountPaths: boolean;
  /** Whether the mapped files of every process are looked at: where holders are told one by one. Linux 6.7, with BPF. */
  readonly mappings: boolean;
  /** Threads that are not where their leader is. */
  readonly threads: boolean;
  /** Which container, sandbox or unit processes and namespaces belong to; takes command lines and cgroups of all. */
  readonly workloads: boolean;
  /**
   * What verdicts need besides: limits, ranges of ids, files of engines, views of mounts; all of these, or those named.
   * `mounts` and `networks`, all that every mount and network namespace has, are read only where they are named.
   */
  readonly conditions: boolean | readonly ConditionName[];
}

/** Everything that a snapshot carries unless more is asked for. */
export const wantEverything: Wanted = {
  commandLines: 'all',
  cgroups: true,
  details: true,
  attributes: true,
  processes: 'all',
  bpf: true,
  holders: true,
  mountPaths: true,
  mappings: true,
  threads: true,
  workloads: true,
  conditions: true,
};

/** The same without what verdicts alone need. */
export const wantGraph: Wanted = { ...wantEverything, conditions: false };

/** Processes and their namespaces alone. */
export const wantProcesses: Wanted = {
  commandLines: 'none',
  cgroups: false,
  details: false,
  attributes: false,
  processes: 'all',
  bpf: true,
  holders: false,
  mountPaths: false,
  mappings: false,
  threads: false,
  workloads: false,
  conditions: false,
};

/** What a listing of namespaces may show. */
export const wantListing: Wanted = {
  ...wantGraph,
  commandLines: 'leaders',
  cgroups: false,
  mountPaths: false,
  mappings: false,
  workloads: false,
};

/** All namespaces, who is in them and whose they are: what a listing shows when nothing more is asked for. */
export const wantNamespaces: Wanted = {
  ...wantListing,
  attributes: false,
  processes: 'leaders',
  holders: 'unless-listed',
};
