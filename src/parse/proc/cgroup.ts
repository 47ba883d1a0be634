// /proc/PID/cgroup: cgroups(7).

/**
 * The path that says most of a process: in the unified hierarchy (line `0::`), or where that is only the root, the
 * longest of the version 1 hierarchies. Relative to the reader's cgroup namespace.
 */
export function parseCgroup(text: string): string {
  let best = '/';
  let unified: string | undefined;
  for (const line of text.split('\n')) {
    const [number, , ...rest] = line.split(':');
    const path = rest.join(':');
    if (number === '0') unified = path;
    else if (path.length > best.length) best = path;
  }
  return unified !== undefined && unified !== '/' ? unified : best;
}

/** The paths in all hierarchies, each once. */
export function parseCgroupPaths(text: string): string[] {
  const paths = text.split('\n').flatMap((line) => {
    const match = /^\d+:[^:]*:(.*)$/.exec(line);
    return match ? [match[1] ?? ''] : [];
  });
  return [...new Set(paths)];
}
