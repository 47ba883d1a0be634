// CLOCK_MONOTONIC, in which the kernel says when an event was: clock_gettime(2).
import { loadAddon } from '../addon/addon.ts';

/** Nanoseconds. Without the addon by process.hrtime, which has another beginning in some runtimes: then no event is compared with it. */
export function readMonotonicNs(): number {
  const result = loadAddon();
  return 'addon' in result ? result.addon.readMonotonic() : Number(process.hrtime.bigint());
}
