// Verbs that go on for days and answer at once are better off with a small heap of young objects than with few collections:
// Node lets it grow to two times 16 MiB, and collects each 16 MiB in one pause of 10 ms and more.
import { compactHeap } from '../../kernel/own/compact-heap.ts';

/** After the first, by which time the first state has been told. */
const compactAfterMs = 20_000;
const compactEveryMs = 60_000;

/** Before much has been made. Node's own option for it, --max-semi-space-size, can be given at its start alone. */
export function keepHeapSmall(): void {
  process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1');
  setTimeout(compactHeap, compactAfterMs).unref();
  setInterval(compactHeap, compactEveryMs).unref();
}
