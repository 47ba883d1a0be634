// nscope: the library. Takes snapshots of this host; the pure parts are in nscope/model and nscope/analysis.
export * from './analysis/index.ts';
export { collectSnapshot } from './collect/collect.ts';
export { AddonMissingError } from './kernel/addon/addon-missing-error.ts';
export { isSyscallError, type SyscallError } from './kernel/addon/syscall-error.ts';
export { type DetectQuestion, readDetectEvidence } from './kernel/detect/evidence.ts';
export { NoProcError } from './kernel/own/host.ts';
export { readReleaseEvidence } from './launch/namespaces/read-release-evidence.ts';
export { EventSourceError } from './live/events/open-source.ts';
export type { WatchOptions } from './live/events/watch-options.ts';
export { watch } from './live/watch/watch.ts';
export * from './model/index.ts';
export { MalformedError } from './parse/text/malformed.ts';
export { findWorkloads } from './workloads/index.ts';
export { askEngines } from './workloads/names/ask-engines.ts';
