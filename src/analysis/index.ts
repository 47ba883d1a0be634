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
export { compareWithHost, type HostComparison } from './compare/compare-with-host.ts';
export type { ContentChange, ContentDiff, FieldChange, Uncompared } from './compare/diff-contents.ts';
export type { MountChange } from './compare/diff-mounts.ts';
export type { NetworkAddress, NetworkChange, RouteCount } from './compare/diff-networks.ts';
export { diffProcesses, type SharedNamespace } from './compare/diff-processes.ts';
export { diffSnapshots, type NamespaceChange, type SnapshotDiff } from './compare/diff-snapshots.ts';
export { type Grouped, type GroupingScore, groupProcesses, type ProcessGroup } from './compare/groups.ts';
export { type ChrootFinding, findChrooted, type SeenMounts } from './compare/groups-chroot.ts';
export type { Conclusion, DetectFinding, Method, Weight } from './detect/finding.ts';
export { isInChild, type Judgement, judgeEvidence, type NamedDetectFinding, type Verdict } from './detect/judge.ts';
export { methods as detectMethods } from './detect/methods.ts';
export {
  compareProcesses,
  findInferred,
  findPlace,
  isPlace,
  type ListedNamespace,
  type Togetherness,
} from './graph/inferred-places.ts';
export {
  type Chain,
  findChildren,
  findMembers,
  findOwned,
  findOwners,
  findParents,
  type NamespaceMembers,
} from './graph/namespace-relations.ts';
export { arrangeTree, type TreeKind, type TreeRow, treeKinds } from './graph/namespace-tree.ts';
export { findByPid, type PidInNamespace, translatePid } from './graph/pid-translation.ts';
export { findAncestors, findCompanions, findPlacements, type Placement } from './graph/process-placement.ts';
export {
  buildProcessTree,
  type Crossing,
  findBorder,
  findSubtree,
  type ProcessTreeOptions,
  type ProcessTreeRow,
} from './graph/process-tree.ts';
export { SnapshotIndex } from './graph/snapshot-index.ts';
export { findThreadsElsewhere, listThreadsElsewhere, type ThreadElsewhere } from './graph/threads-elsewhere.ts';
export {
  compileFilter,
  type Filter,
  FilterError,
  type FilterField,
  type FilterValue,
} from './listing/filter.ts';
export type { FilterKind } from './listing/named-fields.ts';
export type { NamespaceHome } from './listing/namespace-home.ts';
export { type CommonNamespace, groupNamespaces, type NamespaceGroup } from './listing/overview.ts';
export {
  findWorkload,
  findWorkloadsByName,
  findWorkloadsOf,
  groupByWorkload,
  listWorkloads,
  nameWorkload,
  type WorkloadGroup,
} from './listing/workloads.ts';
export { findHolders, type HeldBy } from './release/find-holders.ts';
export { parseTarget, type TargetQuery } from './target/parse-target.ts';
export { type ReadPidfdInode, resolveTarget } from './target/resolve-target.ts';
export { compareIdentity, type Sameness } from './target/same-namespace.ts';
export {
  describeTarget,
  type IdentifyPath,
  type PathIdentity,
  type Target,
  TargetError,
  type TargetErrorDetails,
  type TargetProblem,
} from './target/target-error.ts';
