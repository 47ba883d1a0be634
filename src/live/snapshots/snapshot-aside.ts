// Takes whole snapshots in a thread of their own, so that events are read and told meanwhile.

import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { collectSnapshot } from '../../collect/collect.ts';
import { hasOwnFile } from '../../kernel/addon/package-root.ts';
import { readThreadMs } from '../../kernel/own/thread-time.ts';
import { type SnapshotChange, type SnapshotRest, wholeAsChange } from '../../model/live/snapshot-change.ts';
import type { Wanted } from '../../model/snapshot/wanted.ts';
import type { SnapshotAnswer, ThreadAnswer, ThreadRequest } from './snapshot-thread.ts';

/** Most of what a snapshot makes is garbage at once: a large heap for it would be kept and gain little. */
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

/** One thread for the process, begun when it is first needed: it keeps its BPF programs loaded. */
let thread: Worker | undefined;
/** Requests are answered one after the other. */
let last: Promise<unknown> = Promise.resolve();

export interface TakenSnapshot {
  readonly change: SnapshotChange;
  /** Processor time that it took. */
  readonly costMs: number;
}

/**
 * Where the thread cannot be had (the file of its program is not there, as in a bundle that somebody else made), the
 * snapshot is taken in this one.
 * @param reader - who has had snapshots before, of the same things, and is told of what changed in between; `forgetReader`
 *   when it wants no more. Undefined where a whole one is wanted
 * @throws Error when no snapshot can be taken: NoProcError, or one with the words of the thread's
 */
export async function takeSnapshotAside(wanted: Wanted, reader?: number): Promise<TakenSnapshot> {
  const answer = await ask({ ask: 'snapshot', wanted, reader });
  if (answer && 'failure' in answer) throw new Error(answer.failure);
  return answer && 'rest' in answer ? { change: await readChange(answer), costMs: answer.costMs } : takeHere(wanted);
}

/** As readFingerprints, in the thread. */
export async function readFingerprintsAside(): Promise<{ readonly text: string | undefined; readonly costMs: number }> {
  const answer = await ask({ ask: 'fingerprint' });
  return answer && 'fingerprint' in answer
    ? { text: answer.fingerprint, costMs: answer.costMs }
    : { text: undefined, costMs: 0 };
}

export function forgetReader(reader: number): void {
  thread?.postMessage({ ask: 'forget', reader } satisfies ThreadRequest);
}

/** @returns undefined where there is no thread, or it ended instead of answering */
function ask(request: ThreadRequest): Promise<ThreadAnswer | undefined> {
  const answered = last.then(() => {
    thread ??= begin();
    return thread && exchange(thread, request);
  });
  last = answered.catch(() => {});
  return answered;
}

/** Part by part: whatever else is due has its turn in between. */
async function readChange(answer: SnapshotAnswer): Promise<SnapshotChange> {
  const { isFirst, goneNamespaces, goneTasks } = answer;
  const rest = JSON.parse(answer.rest) as SnapshotRest;
  const namespaces = await readParts<SnapshotChange['namespaces'][number]>(answer.namespaces);
  const processes = await readParts<SnapshotChange['processes'][number]>(answer.processes);
  return { isFirst, rest, namespaces, processes, goneNamespaces, goneTasks };
}

async function readParts<T>(parts: readonly string[]): Promise<T[]> {
  const list: T[] = [];
  for (const part of parts) {
    await nextTurn();
    list.push(...(JSON.parse(part) as T[]));
  }
  return list;
}

function takeHere(wanted: Wanted): TakenSnapshot {
  const before = readThreadMs();
  const change = wholeAsChange(collectSnapshot(wanted));
  return { change, costMs: readThreadMs() - before };
}

/** @returns undefined when the thread ended instead of answering */
function exchange(worker: Worker, request: ThreadRequest): Promise<ThreadAnswer | undefined> {
  // Only while somebody waits for its answer is the thread a reason to go on.
  worker.ref();
  return new Promise((resolve) => {
    const settle = (answer: ThreadAnswer | undefined) => {
      worker.off('message', settle).off('exit', end);
      worker.unref();
      resolve(answer);
    };
    const end = () => settle(undefined);
    worker.once('message', settle).once('exit', end);
    worker.postMessage(request);
  });
}

/** Its program lies beside this file, or above the chunks of the bundle. */
function begin(): Worker | undefined {
  const file = ['./snapshot-thread.js', '../snapshot-thread.js']
    .map((path) => join(import.meta.dirname, path))
    .find(hasOwnFile);
  if (file === undefined) return undefined;
  // The addon opens descriptors of which Node does not know.
  const worker = new Worker(file, { name: 'snapshots', trackUnmanagedFds: false, resourceLimits });
  const forget = () => {
    if (thread === worker) thread = undefined;
  };
  // What it fails of is seen by whoever waits: it ends then.
  worker.once('error', forget).once('exit', forget);
  worker.unref();
  return worker;
}
