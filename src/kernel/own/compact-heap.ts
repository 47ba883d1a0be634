// Gives memory back that this thread's heap no longer needs: an engine keeps the room that a large snapshot took, and has no
// reason to look for it while nothing is made.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A heap of less has nothing that is worth a pause, which takes 20 to 250 ms. */
const smallBytes = 24 * 2 ** 20;
/** Nor has one that has grown by less since the last time. */
const growth = 1.3;

/** A call of V8's, which scripts have where the flag --expose-gc was given when their context was made. */
type CollectGarbage = (options?: { readonly type: 'major'; readonly flavor: 'last-resort' }) => void;
let collectGarbage: CollectGarbage | undefined;
let bytesBefore = 0;

/** The runtime of the executable has a call of its own, and none of V8's. */
const { Bun: runtime } = globalThis as { readonly Bun?: { gc(now: true): number } };

/** Moves what is left of a heap that has become large together. */
export function compactHeap(): void {
  if (process.memoryUsage().heapTotal < Math.max(smallBytes, bytesBefore * growth)) return;
  if (runtime) runtime.gc(true);
  else compactByV8();
  bytesBefore = process.memoryUsage().heapTotal;
}

function compactByV8(): void {
  setFlagsFromString('--expose-gc');
  collectGarbage ??= runInNewContext('gc') as CollectGarbage;
  setFlagsFromString('--no-expose-gc');
  setFlagsFromString('--compact-on-every-full-gc');
  collectGarbage();
  // From Node 24 on pages go back with this flavor alone, which before means nothing.
  collectGarbage({ type: 'major', flavor: 'last-resort' });
  setFlagsFromString('--no-compact-on-every-full-gc');
}
