// What releases one holder of a namespace, and nothing else.

import type { ReleaseEvidence } from '../../model/evidence/release-evidence.ts';
import { fileKinds, isOfKind, keptKinds, taskKinds } from '../../model/snapshot/holder-kinds.ts';
import type { Holder, Namespace } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { planEnd } from './end-process.ts';
import { noCommand, type Release } from './release.ts';
import { quoteWord } from './shell-words.ts';
import { planStop } from './stop-workload.ts';
import { planUnmount } from './unmount.ts';

/** A task, a child or an owned namespace, which are in the graph of a snapshot. */
export type GraphHolder =
  | { readonly kind: (typeof taskKinds)[number]; readonly pid: number; readonly tid?: number }
  | { readonly kind: 'child' | 'owned'; readonly namespace: string };

export function planRelease(
  holder: Holder | GraphHolder,
  namespace: Namespace,
  index: SnapshotIndex,
  evidence: ReleaseEvidence,
): Release {
  if (holder.kind === 'in-flight') return planReceiver(holder, namespace, index, evidence);
  if (isOfKind(holder, heldByTask)) return planTask(holder.pid, holder.tid, index, evidence);
  switch (holder.kind) {
    case 'bind-mount':
    case 'process-mount':
    case 'file-system':
      return planUnmount(holder, namespace, index, evidence);
    case 'child':
    case 'owned':
      return noCommand(`it must end itself: nscope holders ${quoteWord(holder.namespace)}`);
    case 'kernel':
      return noCommand('what holds it was not seen');
  }
}

/** What goes with the end of its process. */
const heldByTask = [...taskKinds, ...fileKinds, ...keptKinds] as const;

function planTask(pid: number, tid: number | undefined, index: SnapshotIndex, evidence: ReleaseEvidence): Release {
  const process = index.process(pid);
  const release = (process && planStop(process, index, evidence)) ?? planEnd(pid, index, evidence);
  if (tid === undefined || tid === pid || release.release === null) return release;
  const withProcess = `thread ${tid} cannot be ended alone: its process ends`;
  return { ...release, releaseNote: [withProcess, release.releaseNote].filter(Boolean).join('; ') };
}

/** It waits in the queue of a socket, which closes when nobody has it open any more. */
function planReceiver(
  { pid, tid, socket }: Extract<Holder, { kind: 'in-flight' }>,
  { holders }: Namespace,
  index: SnapshotIndex,
  evidence: ReleaseEvidence,
): Release {
  if (pid === undefined)
    return noCommand('no process that was seen has the socket open: whatever keeps it must end, such as an io_uring');
  const release = planTask(pid, tid, index, evidence);
  const others = new Set(
    holders.flatMap((one) =>
      one.kind === 'in-flight' && one.socket === socket && one.pid !== pid && one.pid !== undefined
        ? [`process ${one.pid}`]
        : [],
    ),
  );
  if (others.size === 0) return release;
  const shared = `socket:[${socket}] is open in ${[...others].join(', ')} as well: what waits in it goes when all have closed it, or one receives it`;
  return { ...release, releaseNote: [shared, release.releaseNote].filter(Boolean).join('; ') };
}
