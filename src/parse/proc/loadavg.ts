// /proc/loadavg: proc_loadavg(5).

/** The tasks of the whole host, threads included: of "0.20 0.18 0.12 1/80 11206" 80; undefined where it is not so. */
export function parseTaskCount(text: string): number | undefined {
  const count = /^\S+ \S+ \S+ \d+\/(\d+) /.exec(text)?.[1];
  return count === undefined ? undefined : Number(count);
}
