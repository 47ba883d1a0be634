// nscope/model: the snapshot, its schema and its validator. Pure: runs in a browser.
export { buildSnapshot } from './build-snapshot.ts';
export type * from './facts.ts';
export { isKnown, type Known, knownOr, type Unknown, type UnknownReason } from './known.ts';
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
export {
  type Coverage,
  type HostSnapshot,
  type IdMapping,
  type Namespace,
  type NamespaceName,
  type Process,
  type Refusal,
  type Snapshot,
  type SourceCoverage,
  snapshotSchema,
  type TimeOffsets,
  type UtsNames,
} from './schema.ts';
export { snapshotVersion } from './schema-version.ts';
export { SnapshotError, validateSnapshot } from './validate-snapshot.ts';
export { nscopeVersion } from './version.ts';
export { type Wanted, wantEverything, wantListing, wantProcesses } from './wanted.ts';
