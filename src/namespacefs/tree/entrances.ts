// Paths through which a namespace can be entered. Pure.
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';

const maxCandidates = 3;

/** Processes first, whose links stay what they are until they enter another; then threads, names, descriptors. */
export function findCandidates({ type, inode, names, holders }: Namespace, index: SnapshotIndex): readonly string[] {
  const tasks = index.membersOf(type, inode).filter((task) => task.namespaces[type] === inode);
  const processes = tasks.filter(({ pid, tid }) => pid === tid);
  const descriptors = holders.flatMap((holder) => (holder.kind === 'fd' ? [holder] : []));
  return [
    ...(processes.length > 0 ? processes : tasks)
      .slice(0, maxCandidates)
      .map(({ pid, tid }) => `/proc/${directoryOf(pid, tid)}/ns/${type}`),
    ...names.slice(0, maxCandidates).map(({ path }) => path),
    ...descriptors.slice(0, maxCandidates).map(({ pid, tid, fd }) => `/proc/${directoryOf(pid, tid)}/fd/${fd}`),
  ];
}

function directoryOf(pid: number, tid: number | undefined): string {
  return tid === undefined || tid === pid ? String(pid) : `${pid}/task/${tid}`;
}

/** The 64-bit id by which it can be opened where no path leads to it, from Linux 6.18 on. */
export function findId({ id }: Namespace): string | undefined {
  return isKnown(id) ? id : undefined;
}
