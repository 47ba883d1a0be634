// Takes whole snapshots in a thread of their own, so that events are read and told meanwhile.
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { collectSnapshot } from '../collect/collect.ts';
import { readIdentity } from '../kernel/files.ts';
import { readThreadMs } from '../kernel/thread-time.ts';
import { isKnown } from '../model/known.ts';
import type { Snapshot } from '../model/schema.ts';
import type { Wanted } from '../model/wanted.ts';
import type { SnapshotAnswer, SnapshotRequest } from './snapshot-thread.ts';

/** One thread for the process, begun when it is first needed: it keeps its BPF programs loaded. */
let thread: Worker | undefined;
/** Requests are answered one after the other. */
let last: Promise<unknown> = Promise.resolve();

export interface TakenSnapshot {
  readonly snapshot: Snapshot;
  /** Processor time that it took. */
  readonly costMs: number;
}

/**
 * Where the thread cannot be had (the file of its program is not there, as in a bundle that somebody else made), the
 * snapshot is taken in this one.
 * @throws Error when no snapshot can be taken: NoProcError, or one with the words of the thread's
 */
export function takeSnapshotAside(wanted: Wanted): Promise<TakenSnapshot> {
  const taken = last.then(() => ask(wanted));
  last = taken.catch(() => {});
  return taken;
}

async function ask(wanted: Wanted): Promise<TakenSnapshot> {
  thread ??= begin();
  if (!thread) return takeHere(wanted);
  const answer = await exchange(thread, { wanted });
  if (!answer) return takeHere(wanted);
  if ('failure' in answer) throw new Error(answer.failure);
  return { snapshot: JSON.parse(answer.json) as Snapshot, costMs: answer.costMs };
}

function takeHere(wanted: Wanted): TakenSnapshot {
  const before = readThreadMs();
  const snapshot = collectSnapshot(wanted);
  return { snapshot, costMs: readThreadMs() - before };
}

/** @returns undefined when the thread ended instead of answering */
function exchange(worker: Worker, request: SnapshotRequest): Promise<SnapshotAnswer | undefined> {
  // Only while somebody waits for its answer is the thread a reason to go on.
  worker.ref();
  return new Promise((resolve) => {
    const settle = (answer: SnapshotAnswer | undefined) => {
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
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => isKnown(readIdentity(path)));
  if (file === undefined) return undefined;
  // The addon opens descriptors of which Node does not know.
  const worker = new Worker(file, { name: 'snapshots', trackUnmanagedFds: false });
  const forget = () => {
    if (thread === worker) thread = undefined;
  };
  // What it fails of is seen by whoever waits: it ends then.
  worker.once('error', forget).once('exit', forget);
  worker.unref();
  return worker;
}
