// Where the reader is; several methods depend on it.
import type { DetectEvidence, WitnessEvidence } from '../../model/evidence/detect-evidence.ts';
import { findFixedInode } from '../../model/facts/initial-namespaces.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { type NamespaceType, smallestNamespaceInode } from '../../model/snapshot/namespace-types.ts';

/** Numbers from here on are handed out to namespaces and entries of /proc as they come: fs/proc/generic.c. */
export const firstDynamicInode = 0xf0000000;

/** Whether the reader itself is in the initial namespace of a type with a fixed number; undefined where that is not known. */
export function isReaderInitial({ reader, kernel }: DetectEvidence, type: NamespaceType): boolean | undefined {
  const own = reader[type];
  const fixed = findFixedInode(type, kernel);
  return isKnown(own) && own >= smallestNamespaceInode && fixed !== undefined ? own === fixed : undefined;
}

/** PID 2 of /proc where it is kthreadd, which never leaves the boot's namespaces. */
export function findKthreadd({ second }: DetectEvidence): WitnessEvidence | undefined {
  return isKnown(second) && second.kernelThread && second.ppid === 0 ? second : undefined;
}

/** Whether /proc shows the initial pid namespace, so that its PID 1 is the host's init; undefined where that is not known. */
export function isProcInitial(evidence: DetectEvidence): boolean | undefined {
  if (findKthreadd(evidence)) return true;
  if (isKnown(evidence.second)) return false;
  const { readerPids } = evidence.proc;
  return isKnown(readerPids) && readerPids.length === 1 ? isReaderInitial(evidence, 'pid') : undefined;
}

/** Whether the subject is in the pid namespace of /proc, and not in one below it; undefined where that is not known. */
export function isInProcNamespace({ pids }: DetectEvidence): boolean | undefined {
  return isKnown(pids) ? pids.length === 1 : undefined;
}
