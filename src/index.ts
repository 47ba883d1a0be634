// nscope: the library. Takes snapshots of this host; the pure parts are in nscope/model and nscope/analysis.
export * from './analysis/index.ts';
export { collectSnapshot } from './collect/collect.ts';
export { AddonMissingError } from './kernel/addon-missing-error.ts';
export { type DetectQuestion, readDetectEvidence } from './kernel/detect-evidence.ts';
export { NoProcError } from './kernel/host.ts';
export { isSyscallError, type SyscallError } from './kernel/syscall-error.ts';
export { readReleaseEvidence } from './launch/read-release-evidence.ts';
export { EventSourceError } from './live/open-source.ts';
export { watch } from './live/watch.ts';
export type { WatchOptions } from './live/watch-options.ts';
export * from './model/index.ts';
export { MalformedError } from './parse/malformed.ts';
export { askEngines } from './workloads/ask-engines.ts';
export { findWorkloads } from './workloads/index.ts';
