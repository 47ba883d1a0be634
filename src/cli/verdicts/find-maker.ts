// Who would make a namespace: what TARGET and --user say of an unshare that is only thought of.
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import type { Maker } from '../../analysis/limits/limit-path.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import { formatUnknown } from '../../render/words/unknown.ts';
import { findTarget, toLeader } from '../reading/target.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

/**
 * @param uid - of --user
 * @throws UsageError for a namespace of another type, and where the user namespace of a process is not known;
 *   NotFoundError where there is no such target
 */
export function findMaker(word: string, uid: number | undefined, index: SnapshotIndex, options: OptionValues): Maker {
  const target = toLeader(findTarget(word, index, options), index);
  if (target.kind === 'namespace') {
    const { type, inode } = target.namespace;
    if (type !== 'user')
      throw new UsageError(`${word} is a namespace of type ${type}; a process or a user namespace is wanted`);
    return { userNamespace: inode, uid: uid ?? findOwnUser(target.namespace, index) };
  }
  const { process } = target;
  const { user } = process.namespaces;
  if (!isKnown(user))
    throw new UsageError(`the user namespace of process ${process.pid} is not known: ${formatUnknown(user)}`);
  return { userNamespace: user, uid: uid ?? process.uid };
}

/** @throws UsageError where neither a leader nor a creator is known */
function findOwnUser({ inode, processes, ownerUid }: Namespace, index: SnapshotIndex): number {
  const leader = processes.leader === null ? undefined : index.process(processes.leader);
  if (leader) return leader.uid;
  if (isKnown(ownerUid)) return ownerUid;
  throw new UsageError(`who would make a namespace in user:[${inode}] is not known; name one with --user`);
}
