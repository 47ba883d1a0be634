// Whether a process of a container came from outside, as nsenter(1) does. It says something of who entered, and nothing of the container.
import type { Process, Workload } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

/**
 * Its parent is neither of the workload nor the parent of its leader, which is the engine's and starts what `exec` asks for.
 * An orphan that PID 1 of the host has taken over may be of either, and counts as the workload's.
 */
export function hasEntered(process: Process, workload: Workload, index: SnapshotIndex): boolean {
  const { leader } = workload;
  if (leader === null || process.pid === leader || process.ppid <= 1) return false;
  if (process.ppid === index.process(leader)?.ppid || !index.process(process.ppid)) return false;
  const parents = index.workloadOf(process.ppid);
  // A workload inside of this one is of it as well.
  return parents === undefined || (parents !== workload && parents.outer?.id !== workload.id);
}
