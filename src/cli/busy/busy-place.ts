// The mount namespace in which nscope busy takes a path, and what the word leads to there.
import { type BusySubject, findDevice, findMount, findPath, SubjectError } from '../../analysis/busy/find-subject.ts';
import type { MountForest } from '../../analysis/busy/mount-forest.ts';
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { findTagged, lookAtPath, type NamedPlace } from '../../kernel/busy/named-places.ts';
import type { Keeper } from '../../model/evidence/mount-use.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatUnknown } from '../../render/words/unknown.ts';
import { findTarget, toLeader } from '../reading/target.ts';
import { NotFoundError, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { BusyWord } from './busy-word.ts';

export interface BusyPlace {
  /** The mount namespace that is meant. */
  readonly namespace: number;
  /** That which nscope is in. */
  readonly own: number;
  /** The root directory of a process in it; undefined where no process is. */
  readonly root: string | undefined;
}

/** @throws UsageError, NotFoundError */
export function findBusyPlace(index: SnapshotIndex, options: OptionValues): BusyPlace {
  const { namespaces } = index.snapshot.host.vantage;
  const own = isKnown(namespaces.mnt) ? namespaces.mnt : undefined;
  if (own === undefined) throw new UsageError('which mount namespace nscope is in could not be read');
  if (options.in === undefined) return { namespace: own, own, root: '/' };
  const target = toLeader(findTarget(options.in, index, options), index);
  const process = target.kind === 'process' ? target.process : undefined;
  const namespace = target.kind === 'namespace' ? target.namespace : undefined;
  if (namespace && namespace.type !== 'mnt')
    throw new UsageError(`--in ${options.in}: a mount namespace is wanted, or what is in one`);
  const inode = namespace?.inode ?? (process && isKnown(process.namespaces.mnt) ? process.namespaces.mnt : undefined);
  if (inode === undefined) throw new UsageError(`--in ${options.in}: which mount namespace it is in could not be read`);
  const member = process ?? index.membersOf('mnt', inode).find(({ pid, tid }) => pid === tid);
  return { namespace: inode, own, root: inode === own ? '/' : member && `/proc/${member.pid}/root` };
}

/** @throws UsageError, NotFoundError */
export function findSubject(
  word: BusyWord,
  place: BusyPlace,
  forest: MountForest,
  keepers: readonly Keeper[],
  index: SnapshotIndex,
): BusySubject {
  const { namespace, root } = place;
  try {
    switch (word.form) {
      case 'device':
        return findDevice(word.device, namespace, forest, keepers);
      case 'mount':
        return findMount(word.id, forest);
      case 'tag': {
        const path = findTagged(word.tag, word.value);
        if (!isKnown(path)) throw new NotFoundError(`${word.tag}=${word.value}: ${path.detail}`);
        const found = lookAtPath({ path });
        const device = isKnown(found) ? found.blockDevice : undefined;
        if (device === undefined) throw new NotFoundError(`${path} is not a block device`);
        return findDevice(device, namespace, forest, keepers);
      }
      case 'path': {
        const found: Known<NamedPlace> =
          root === undefined
            ? { unknown: 'unsupported', detail: 'no process is in that mount namespace' }
            : lookAtPath({ root, path: word.path });
        if (isKnown(found) && found.blockDevice !== undefined)
          return findDevice(found.blockDevice, namespace, forest, keepers);
        const path = isKnown(found)
          ? found
          : { missing: found.detail ?? formatUnknown(found), isSilent: found.errno === 'ETIMEDOUT' };
        return findPath(tidy(word.path), path, namespace, forest, index);
      }
    }
  } catch (error) {
    if (!(error instanceof SubjectError)) throw error;
    throw new NotFoundError(error.message, { cause: error });
  }
}

/** Without slashes at the end or in a row, as mountinfo has paths. */
function tidy(path: string): string {
  return path.replace(/\/+(?=\/)/g, '').replace(/(?!^)\/$/, '');
}
