// Processes in groups, by something that anybody may read of them; and how well the groups agree with the mount namespaces
// that the kernel has them in.
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { Process } from '../../model/snapshot/schema.ts';

/** Processes that show the same. */
export interface ProcessGroup {
  /** What all its members show. */
  readonly key: string;
  /** Ascending. */
  readonly pids: readonly number[];
  /** The mount namespaces that its members are in, most members first; empty where no link could be read. */
  readonly mountNamespaces: readonly number[];
}

/** How many pairs of processes a method puts together or apart, beside what the links say. */
export interface GroupingScore {
  /** Of how many processes both the group and the link are known. */
  readonly processes: number;
  readonly pairs: number;
  readonly joinedRightly: number;
  readonly apartRightly: number;
  /** In one mount namespace, and in two groups. */
  readonly wronglySplit: number;
  /** In two mount namespaces, and in one group. */
  readonly wronglyJoined: number;
}

/** The groups, and how well they agree with the links. */
export interface Grouped {
  /** Largest first. */
  readonly groups: readonly ProcessGroup[];
  readonly score: GroupingScore;
}

/**
 * Puts processes that show the same into groups, and holds these against the mount namespaces of the links.
 * @param keys - by PID what each process shows
 */
export function groupProcesses(keys: ReadonlyMap<number, string>, processes: readonly Process[]): Grouped {
  const links = new Map<number, Known<number>>();
  for (const { pid, tid, namespaces } of processes) if (pid === tid) links.set(pid, namespaces.mnt);
  const members = new Map<string, number[]>();
  const joint = new Map<string, Map<number, number>>();
  for (const [pid, key] of keys) {
    append(members, key, pid);
    const link = links.get(pid);
    if (link === undefined || !isKnown(link)) continue;
    const counts = joint.get(key) ?? new Map<number, number>();
    counts.set(link, (counts.get(link) ?? 0) + 1);
    joint.set(key, counts);
  }
  const groups = [...members].map(([key, pids]) => ({
    key,
    pids: pids.sort((a, b) => a - b),
    mountNamespaces: [...(joint.get(key) ?? [])].sort(([a, x], [b, y]) => y - x || a - b).map(([inode]) => inode),
  }));
  groups.sort((a, b) => b.pids.length - a.pids.length || (a.pids[0] ?? 0) - (b.pids[0] ?? 0));
  return { groups, score: scoreGroups(joint) };
}

/** From the sizes of the groups: looking at each pair would take the square of the number of processes. */
function scoreGroups(joint: ReadonlyMap<string, ReadonlyMap<number, number>>): GroupingScore {
  const byLink = new Map<number, number>();
  let [processes, sameGroup, joinedRightly] = [0, 0, 0];
  for (const counts of joint.values()) {
    let size = 0;
    for (const [link, count] of counts) {
      size += count;
      joinedRightly += countPairs(count);
      byLink.set(link, (byLink.get(link) ?? 0) + count);
    }
    processes += size;
    sameGroup += countPairs(size);
  }
  const sameLink = [...byLink.values()].reduce((sum, count) => sum + countPairs(count), 0);
  const pairs = countPairs(processes);
  const wronglySplit = sameLink - joinedRightly;
  const wronglyJoined = sameGroup - joinedRightly;
  const apartRightly = pairs - joinedRightly - wronglySplit - wronglyJoined;
  return { processes, pairs, joinedRightly, apartRightly, wronglySplit, wronglyJoined };
}

function countPairs(count: number): number {
  return count < 2 ? 0 : (count * (count - 1)) / 2;
}

function append(map: Map<string, number[]>, key: string, pid: number): void {
  const list = map.get(key);
  if (list) list.push(pid);
  else map.set(key, [pid]);
}
