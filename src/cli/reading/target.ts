// A target of the command line: what it leads to, or a sentence that says why it leads nowhere.

import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { nameWorkload } from '../../analysis/listing/workloads.ts';
import { parseTarget } from '../../analysis/target/parse-target.ts';
import { resolveTarget, verifyProcess } from '../../analysis/target/resolve-target.ts';
import { describeTarget, type Target, TargetError } from '../../analysis/target/target-error.ts';
import { readPathIdentity } from '../../kernel/nsfs/namespace-files.ts';
import { readPidfdInode } from '../../kernel/process/pidfd-inode.ts';
import { escapeBeyondAscii, escapeText } from '../../render/words/escape.ts';
import { isAsciiLocale } from '../screen/locale.ts';
import { NotFoundError, suggest, type TargetLookup, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

// In the bundled command this file has an escape.ts of its own, apart from that of screen/output.ts.
if (isAsciiLocale(process.env)) escapeBeyondAscii();

/** Of many candidates, no more than this are listed. */
const maxCandidates = 20;

/** Tells what is wrong with the notation before anything is read. @throws UsageError */
export function checkTargets(words: readonly (string | undefined)[]): void {
  for (const word of words) if (word !== undefined) explain(() => parseTarget(word));
}

/**
 * Looks a target up; paths are asked of this host, but for a snapshot that came from a file.
 * @throws UsageError when it is malformed, ambiguous or refused; NotFoundError when there is no such thing
 */
export function findTarget(word: string, index: SnapshotIndex, options: OptionValues): Target {
  const isHere = options.from === undefined;
  return explain(
    () => resolveTarget(word, index, isHere ? readPathIdentity : undefined, isHere ? readPidfdInode : undefined),
    { word, snapshot: index.snapshot },
  );
}

/** Whether PID:INODE is still that process. @throws UsageError, NotFoundError */
export function checkProcess(word: string): void {
  const query = explain(() => parseTarget(word));
  if (query.form !== 'pid' || query.pidfdInode === undefined) return;
  const { pid, pidfdInode } = query;
  explain(() => verifyProcess(word, pid, pidfdInode, readPidfdInode));
}

/**
 * A workload stands for its leader where a process is meant, and other targets for themselves.
 * @throws NotFoundError when no process is in it
 */
export function toLeader(target: Target, index: SnapshotIndex): Exclude<Target, { readonly kind: 'workload' }> {
  if (target.kind !== 'workload') return target;
  const { leader } = target.workload;
  const process = leader === null ? undefined : index.process(leader);
  if (process) return { kind: 'process', process };
  throw new NotFoundError(`${nameWorkload(target.workload)}: no process is in it`);
}

/** Whether a target can lead to a workload: only then they are looked for. */
export function mayBeWorkload(word: string | undefined): boolean {
  if (word === undefined) return false;
  const query = explain(() => parseTarget(word));
  return query.form === 'workload' || (query.form === 'name' && query.type === undefined);
}

function explain<T>(resolve: () => T, lookup?: TargetLookup): T {
  try {
    return resolve();
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    const { problem, details } = error;
    // It may name what processes called themselves: no line of it is theirs.
    const message = escapeText(error.message);
    if (problem === 'not-found') throw new NotFoundError(message, { cause: error, ...(lookup ? { lookup } : {}) });
    const { unknownWord, knownWords, candidates } = details;
    const help =
      unknownWord !== undefined && knownWords ? `; ${suggest(unknownWord, knownWords)}` : listCandidates(candidates);
    throw new UsageError(message + help, { cause: error });
  }
}

function listCandidates(candidates: readonly Target[] = []): string {
  const lines = candidates.slice(0, maxCandidates).map((candidate) => `\n  ${escapeText(describeTarget(candidate))}`);
  if (candidates.length > maxCandidates) lines.push(`\n  and ${candidates.length - maxCandidates} more`);
  return lines.length === 0 ? '' : `; write one of these:${lines.join('')}`;
}
