// nscope/model: the snapshot, its schema and its validator. Pure: runs in a browser.
export { buildSnapshot } from './build-snapshot.ts';
export { type CapabilityName, capabilityNames, hasCapability, listCapabilities } from './capability-names.ts';
export { compareStates } from './compare-states.ts';
export type * from './detect-evidence.ts';
export {
  type EventKind,
  type EventNamespace,
  type EventProcess,
  type EventSource,
  type EventSourceName,
  type EventWay,
  eventSourceNames,
  type NamespaceEvent,
  type StateElement,
  type StreamElement,
} from './events.ts';
export type * from './facts.ts';
export { isKnown, type Known, knownOr, type Unknown, type UnknownReason } from './known.ts';
export { LiveState, type LiveTask } from './live-state.ts';
export {
  formatNamespace,
  isNamespaceType,
  type NamespaceLink,
  type NamespaceType,
  type NamespaceTypeFacts,
  namespaceLinks,
  namespaceTypeFacts,
  namespaceTypes,
} from './namespace-types.ts';
export type { HoldingProcess, MountPlace, MountRoom, ReleaseEvidence } from './release-evidence.ts';
export {
  type Certainty,
  type Coverage,
  type HostSnapshot,
  type IdMapping,
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
  type UtsNames,
  type Workload,
  type WorkloadEvidence,
} from './schema.ts';
export { snapshotVersion } from './schema-version.ts';
export { SnapshotError, validateSnapshot } from './validate-snapshot.ts';
export { nscopeVersion } from './version.ts';
export { type Wanted, wantEverything, wantListing, wantNamespaces, wantProcesses } from './wanted.ts';
export { type WorkloadEngine, type WorkloadKind, workloadEngines, workloadKinds } from './workload-engines.ts';
