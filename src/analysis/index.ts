// nscope/analysis: one function for each question people ask of a snapshot. Pure: runs in a browser.
export {
  type CapabilityRule,
  type CapabilityVerdict,
  findCapabilitiesOver,
  grants,
  type Subject,
} from './capabilities/capable-over.ts';
export type { EntryRule } from './capabilities/demand-alone.ts';
export {
  type EntryVerdict,
  explainPowers,
  type NamespacePowers,
} from './capabilities/may-enter.ts';
export {
  type BaselineEntry,
  type BaselineSource,
  type ClassicListing,
  type ClassicRow,
  listClassic,
} from './classic-listing.ts';
export { describeCommand, describeUser } from './command.ts';
export { compareWithHost, type HostComparison } from './compare-with-host.ts';
export type { Conclusion, Finding, Method, Weight } from './detect/finding.ts';
export { isInChild, type Judgement, judgeEvidence, type NamedFinding, type Verdict } from './detect/judge.ts';
export { methods as detectMethods } from './detect/methods.ts';
export { diffProcesses, type SharedNamespace } from './diff-processes.ts';
export { diffSnapshots, type NamespaceChange, type SnapshotDiff } from './diff-snapshots.ts';
export {
  compileFilter,
  type Filter,
  FilterError,
  type FilterField,
  type FilterKind,
  type FilterValue,
} from './filter.ts';
export { findHolders, type HeldBy } from './find-holders.ts';
export { type Grouped, type GroupingScore, groupProcesses, type ProcessGroup } from './groups.ts';
export { type ChrootFinding, findChrooted, type SeenMounts } from './groups-chroot.ts';
export {
  compareProcesses,
  findInferred,
  findPlace,
  isPlace,
  type ListedNamespace,
  nameUnnumbered,
  type Togetherness,
  toListed,
} from './inferred-places.ts';
export {
  type Chain,
  findChildren,
  findMembers,
  findOwned,
  findOwners,
  findParents,
  type NamespaceMembers,
} from './namespace-relations.ts';
export { arrangeTree, isTreeKind, type TreeKind, type TreeRow, treeKinds } from './namespace-tree.ts';
export { parseTarget, type TargetQuery } from './parse-target.ts';
export { findByPid, type PidInNamespace, translatePid } from './pid-translation.ts';
export { findAncestors, findCompanions, findPlacements, type Placement } from './process-placement.ts';
export {
  buildProcessTree,
  type Crossing,
  findBorder,
  findSubtree,
  type ProcessTreeOptions,
  type ProcessTreeRow,
} from './process-tree.ts';
export { type IdentifyPath, type ReadPidfdInode, resolveTarget } from './resolve-target.ts';
export { compareIdentity, type Sameness } from './same-namespace.ts';
export { SnapshotIndex } from './snapshot-index.ts';
export {
  describeTarget,
  type Target,
  TargetError,
  type TargetErrorDetails,
  type TargetProblem,
} from './target-error.ts';
export { findThreadsElsewhere, listThreadsElsewhere, type ThreadElsewhere } from './threads-elsewhere.ts';
export { layOutTree, type TreeLine } from './tree-layout.ts';
export {
  findWorkload,
  findWorkloadsByName,
  findWorkloadsOf,
  groupByWorkload,
  listWorkloads,
  nameWorkload,
  type WorkloadGroup,
} from './workloads.ts';
