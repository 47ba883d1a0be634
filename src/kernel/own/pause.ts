// Waits without giving anything else a turn, where what is read next shall be of a later moment.

const nothing = new Int32Array(new SharedArrayBuffer(4));

/** Only this thread stands still. */
export function pause(timeoutMs: number): void {
  Atomics.wait(nothing, 0, 0, timeoutMs);
}
