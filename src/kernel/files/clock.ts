// A clock to measure waiting with. It is that of process.hrtime: node:perf_hooks, which has performance.now(), takes
// milliseconds to load, and every verb would load it.

/** Milliseconds since some moment, to subtract one from another. */
export function readClockMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1_000_000;
}
