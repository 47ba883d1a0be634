// How much is mounted in a mount namespace, and whether its root is nullfs, which is empty. For a namespace of this
// host.

import type { MountSummary } from '../../model/evidence/mount-summary.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { searchMounts } from './mount-search.ts';

/** The type that mountinfo and statmount(2) give to the root of an empty mount namespace: Linux 7.1. */
const nullfs = 'nullfs';

interface SummaryQuestion {
  /** A descriptor of it, where there is one. */
  readonly fd: number | undefined;
  readonly id: string | undefined;
  readonly own: boolean;
  /** Links of tasks in it. */
  readonly paths: readonly string[];
}

/** @returns why it is not known where no way led to all of its mounts */
export function readMountSummary(question: SummaryQuestion): Known<MountSummary> {
  const found = searchMounts(question);
  if (!isKnown(found)) return found;
  if (found.cut !== undefined) return { unknown: 'unsupported', detail: found.cut };
  const roots = found.mounts.filter(({ path }) => path === '/');
  return {
    mounts: found.mounts.filter(({ fsType }) => fsType !== nullfs).length,
    // Of several on one another the last is seen.
    nullfsRoot: roots.length === 0 || roots.at(-1)?.fsType === nullfs,
  };
}
