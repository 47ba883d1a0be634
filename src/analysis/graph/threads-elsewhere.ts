// The threads of a process that are in other namespaces than the process. setns(2) and unshare(2) move one thread
// alone.
import { isKnown } from '../../model/snapshot/known.ts';
import {
  type NamespaceLink,
  type NamespaceType,
  namespaceLinks,
  readLinkType,
} from '../../model/snapshot/namespace-types.ts';
import type { Process, Snapshot } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

/** A thread that is in other namespaces than its process. */
export interface ThreadElsewhere {
  readonly thread: Process;
  /** The links that lead elsewhere than those of its process; of a process that has exited, all that are known. */
  readonly links: readonly { readonly link: NamespaceLink; readonly type: NamespaceType; readonly inode: number }[];
}

/** By tid. A link that is not known of the thread tells nothing. */
export function findThreadsElsewhere(process: Process, { processes }: Snapshot): readonly ThreadElsewhere[] {
  if (process.tid !== process.pid) return [];
  return processes.flatMap((thread) => (thread.pid === process.pid ? compareWithLeader(thread, process) : []));
}

/** Those of all processes. */
export function listThreadsElsewhere(index: SnapshotIndex): readonly ThreadElsewhere[] {
  return index.snapshot.processes.flatMap((thread) => {
    const leader = thread.tid === thread.pid ? undefined : index.process(thread.pid);
    return leader ? compareWithLeader(thread, leader) : [];
  });
}

function compareWithLeader(thread: Process, leader: Process): ThreadElsewhere[] {
  const links = namespaceLinks.flatMap((link) => {
    const inode = thread.namespaces[link];
    return isKnown(inode) && inode !== leader.namespaces[link] ? [{ link, type: readLinkType(link), inode }] : [];
  });
  return links.length > 0 ? [{ thread, links }] : [];
}
