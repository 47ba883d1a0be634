// Whether nothing runs in a namespace, or will.
import { hasEnded } from '../../model/derived/has-ended.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

/** `not-known`: processes whose place is not known may be in it. */
export type Vacancy = 'vacant' | 'inhabited' | 'not-known';

/** A process that has ended and was not waited for does not count: it runs no more. */
export function judgeVacancy(namespace: Namespace, index: SnapshotIndex): Vacancy {
  const { type, inode, processes, initial, host } = namespace;
  if (initial === true || host === true) return 'inhabited';
  const { count, threads, forChildren, inferred, mayBeMore } = processes;
  if (threads > 0 || forChildren > 0 || (inferred?.certain ?? 0) > 0) return 'inhabited';
  // A snapshot may come without most of its processes: all that are counted must be seen to have ended.
  if (count > 0) {
    const members = index.membersOf(type, inode);
    if (members.length < count || members.some((member) => !hasEnded(member))) return 'inhabited';
  }
  if (index.workloadsOf(type, inode)?.some(({ pids }) => pids.length > 0) && count === 0) return 'inhabited';
  if (mayBeMore || (inferred?.likely ?? 0) > 0 || !isKnown(initial)) return 'not-known';
  return 'vacant';
}
