// The thread that takes whole snapshots: a message asks for one, and the answer is its JSON, which the other side reads
// faster than a copy of the objects.
import { parentPort } from 'node:worker_threads';
import { collectSnapshot } from '../collect/collect.ts';
import { closeBpfPrograms } from '../kernel/bpf.ts';
import { readThreadMs } from '../kernel/thread-time.ts';
import type { Wanted } from '../model/wanted.ts';

export interface SnapshotRequest {
  readonly wanted: Wanted;
}

/** `costMs`: processor time, which on a busy machine is far less than the time that passed. */
export type SnapshotAnswer = { readonly json: string; readonly costMs: number } | { readonly failure: string };

const port = parentPort;
port?.on('message', ({ wanted }: SnapshotRequest) => port.postMessage(answer(wanted)));
// Descriptors belong to the process and would outlive the thread.
port?.once('close', closeBpfPrograms);

function answer(wanted: Wanted): SnapshotAnswer {
  try {
    const before = readThreadMs();
    const json = JSON.stringify(collectSnapshot(wanted));
    return { json, costMs: readThreadMs() - before };
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
