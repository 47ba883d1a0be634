// nscope/model: the snapshot, its schema and its validator. Pure: runs in a browser.
export type * from './evidence/detect-evidence.ts';
export type { HoldingProcess, MountPlace, MountRoom, ReleaseEvidence } from './evidence/release-evidence.ts';
export {
  type EventKind,
  type EventNamespace,
  type EventProcess,
  type EventSource,
  type EventSourceName,
  type EventWay,
  eventSourceNames,
  type Former,
  type NamespaceEvent,
  type StateElement,
  type StreamElement,
} from './live/events.ts';
export { LiveState, type LiveTask } from './live/live-state.ts';
export type { WatchedLinks, WatchedMounts } from './live/watched-contents.ts';
export { type CapabilityName, capabilityNames, hasCapability, listCapabilities } from './names/capability-names.ts';
export { type HolderKind, holderKinds } from './snapshot/holder-kinds.ts';
export { isKnown, type Known, knownOr, type Unknown, type UnknownReason } from './snapshot/known.ts';
export {
  formatNamespace,
  isNamespaceType,
  type NamespaceLink,
  type NamespaceType,
  type NamespaceTypeFacts,
  namespaceLinks,
  namespaceTypeFacts,
  namespaceTypes,
} from './snapshot/namespace-types.ts';
export {
  type Certainty,
  type Coverage,
  type Holder,
  type HolderCounts,
  type HostSnapshot,
  type IdMapping,
  type Limit,
  type Namespace,
  type NamespaceName,
  type Place,
  type Places,
  type Process,
  type Refusal,
  type Snapshot,
  type SourceCoverage,
  snapshotSchema,
  type TimeOffsets,
  type UnnumberedNamespace,
  type UnseenHolders,
  type UtsNames,
  type Workload,
  type WorkloadEvidence,
} from './snapshot/schema.ts';
export { snapshotVersion } from './snapshot/schema-version.ts';
export { SnapshotError, validateSnapshot } from './snapshot/validate-snapshot.ts';
export { nscopeVersion } from './snapshot/version.ts';
export type { Wanted } from './snapshot/wanted.ts';
export { type WorkloadEngine, type WorkloadKind, workloadEngines, workloadKinds } from './snapshot/workload-engines.ts';
