// Many things of one kind that a process keeps a mount by, as one row for readers.
import type { BusyRow } from '../../analysis/busy/find-rows.ts';

/** Up to so many are listed each; those that nothing tells apart never are. */
const maxEach = 3;

/** In the order of the first of each. */
export function foldBusyRows(rows: readonly BusyRow[]): readonly BusyRow[] {
  const groups = new Map<string, BusyRow[]>();
  for (const row of rows) {
    const { kind, pid, note, fd, path } = row;
    const key = pid === undefined ? JSON.stringify(row) : JSON.stringify([kind, pid, note, fd === undefined && !path]);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first || group.length === 1) return group;
    const { fd, path, ...rest } = first;
    if (fd === undefined && !path) return [{ ...rest, path: `${group.length} of them` }];
    // Each thread may have a working directory of its own.
    if (group.every((row) => row.fd === undefined && row.path === path))
      return [{ ...first, what: `${first.what} (${group.length} threads)` }];
    if (group.length <= maxEach) return group;
    return [{ ...rest, path: `${path ?? `descriptor ${fd}`} and ${group.length - 1} more` }];
  });
}
