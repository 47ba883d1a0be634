// Reads the fingerprint of what holds namespaces: here while that is a matter of a moment, else in the thread of snapshots.
import { readFingerprints } from '../../kernel/bpf/fingerprints.ts';
import { readThreadMs } from '../../kernel/own/thread-time.ts';
import type { Fingerprint } from './pace.ts';
import { readFingerprintsAside } from './snapshot-aside.ts';

/** Longer than this nobody waits for it whom events are to be told. */
const maxHereMs = 4;

export class FingerprintReader {
  #costMs = 0;

  async read(): Promise<Fingerprint> {
    const read = this.#costMs > maxHereMs ? await readFingerprintsAside() : readHere();
    this.#costMs = read.costMs;
    return read;
  }
}

function readHere(): Fingerprint {
  const started = readThreadMs();
  const text = readFingerprints();
  return { text, costMs: readThreadMs() - started };
}
