// How long something takes. The clock of process.hrtime: that of node:perf_hooks takes milliseconds to load.

/** @returns what tells the milliseconds since the call, to the microsecond */
export function startWatch(): () => number {
  const [startSeconds, startNanoseconds] = process.hrtime();
  return () => {
    const [seconds, nanoseconds] = process.hrtime();
    return Math.round((seconds - startSeconds) * 1_000_000 + (nanoseconds - startNanoseconds) / 1000) / 1000;
  };
}
