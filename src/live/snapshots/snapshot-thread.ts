// The thread that takes whole snapshots. Whoever asks has the one before, so the answer is what has changed since, as JSON
// in parts that are each read in a moment: events are told between them.
import { hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { collectSnapshot } from '../../collect/collect.ts';
import { readFingerprints } from '../../kernel/bpf/fingerprints.ts';
import { closeBpfPrograms } from '../../kernel/bpf/run.ts';
import { compactHeap } from '../../kernel/own/compact-heap.ts';
import { readThreadMs } from '../../kernel/own/thread-time.ts';
import {
  type SnapshotChange,
  SnapshotMemory,
  type SnapshotRest,
  wholeAsChange,
} from '../../model/live/snapshot-change.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import type { Wanted } from '../../model/snapshot/wanted.ts';

export type ThreadRequest =
  | {
      readonly ask: 'snapshot';
      readonly wanted: Wanted;
      /** Whose snapshots are to be compared with one another; undefined where all is wanted. */
      readonly reader: number | undefined;
    }
  | { readonly ask: 'fingerprint' }
  /** No answer: this reader asks no more. */
  | { readonly ask: 'forget'; readonly reader: number };

/** `costMs`: processor time, which on a busy machine is far less than the time that passed. */
export interface SnapshotAnswer extends Pick<SnapshotChange, 'isFirst' | 'goneNamespaces' | 'goneTasks'> {
  readonly costMs: number;
  /** Of SnapshotRest. */
  readonly rest: string;
  /** Of lists of namespaces. */
  readonly namespaces: readonly string[];
  /** Of lists of processes. */
  readonly processes: readonly string[];
}

export type ThreadAnswer =
  | SnapshotAnswer
  | { readonly fingerprint: string | undefined; readonly costMs: number }
  | { readonly failure: string };

/** A part of so many things is read in about a millisecond. */
const partLength = 100;

/** So long after a snapshot the thread is idle: the room that was taken for it goes back. */
const idleMs = 2000;
let idle: NodeJS.Timeout | undefined;

const memories = new Map<number, SnapshotMemory>();
const port = parentPort;
port?.on('message', (request: ThreadRequest) => {
  if (request.ask === 'forget') memories.delete(request.reader);
  else {
    port.postMessage(answer(request));
    if (request.ask === 'snapshot') awaitIdle();
  }
});
// Descriptors belong to the process and would outlive the thread.
port?.once('close', closeBpfPrograms);

function awaitIdle(): void {
  clearTimeout(idle);
  idle = setTimeout(compactHeap, idleMs).unref();
}

function answer(request: Exclude<ThreadRequest, { ask: 'forget' }>): ThreadAnswer {
  try {
    const before = readThreadMs();
    if (request.ask === 'fingerprint') {
      const fingerprint = readFingerprints();
      return { fingerprint, costMs: readThreadMs() - before };
    }
    const snapshot = collectSnapshot(request.wanted);
    const { isFirst, rest, namespaces, processes, goneNamespaces, goneTasks } = compare(snapshot, request.reader);
    const texts = {
      rest: JSON.stringify(rest satisfies SnapshotRest),
      namespaces: toParts(namespaces),
      processes: toParts(processes),
    };
    return { costMs: readThreadMs() - before, isFirst, ...texts, goneNamespaces, goneTasks };
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function compare(snapshot: Snapshot, reader: number | undefined) {
  if (reader === undefined) return wholeAsChange(snapshot);
  const memory = memories.get(reader) ?? new SnapshotMemory((text) => hash('sha1', text, 'base64'));
  memories.set(reader, memory);
  return memory.compare(snapshot);
}

function toParts(list: readonly unknown[]): string[] {
  const parts: string[] = [];
  for (let at = 0; at < list.length; at += partLength) parts.push(JSON.stringify(list.slice(at, at + partLength)));
  return parts;
}
