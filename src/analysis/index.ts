// nscope/analysis: one function for each question people ask of a snapshot. Pure: runs in a browser.
export {
  type BaselineEntry,
  type BaselineSource,
  type ClassicListing,
  type ClassicRow,
  listClassic,
} from './classic-listing.ts';
export { describeCommand, describeUser } from './command.ts';
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
export { arrangeTree, isTreeKind, type TreeKind, type TreeRow, treeKinds } from './namespace-tree.ts';
export { compareIdentity, type Sameness } from './same-namespace.ts';
export { SnapshotIndex } from './snapshot-index.ts';
export { layOutTree, type TreeLine } from './tree-layout.ts';
