// The mount or network namespace that a TARGET leads to.
import { findPlace, isPlace } from '../../analysis/graph/inferred-places.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { nameWorkload } from '../../analysis/listing/workloads.ts';
import { isKnown, knownOr } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import { wantGraph } from '../../model/snapshot/wanted.ts';
import { formatInference } from '../../render/words/inferred.ts';
import { formatUnknown } from '../../render/words/unknown.ts';
import { writeRemark } from '../screen/output.ts';
import { NotFoundError, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import { readSnapshot } from './read-snapshot.ts';
import { findTarget } from './target.ts';

const typeWords = { mnt: 'mount namespace', net: 'network namespace' } as const;

/**
 * The inode of the namespace that a word leads to: of a process that it is in, of a workload that of its leader, else its
 * only one.
 * @throws UsageError, NotFoundError
 */
export function findNamespaceInode(
  word: string,
  type: keyof typeof typeWords,
  index: SnapshotIndex,
  options: OptionValues,
): number {
  const wanted = typeWords[type];
  const target = findTarget(word, index, options);
  if (target.kind === 'namespace') {
    const { namespace } = target;
    if (namespace.type === type) return namespace.inode;
    throw new UsageError(`${word} is a ${namespace.type} namespace; a ${wanted} is wanted`);
  }
  if (target.kind === 'process') {
    const { pid } = target.process;
    const place = findPlace(target.process, type);
    if (isPlace(place)) {
      if (!('inode' in place))
        throw new NotFoundError(`process ${pid} is in a ${wanted} whose inode number is not known`);
      writeRemark(`process ${pid} is in ${formatNamespace(type, place.inode)}, ${formatInference(place)}`, options);
      return place.inode;
    }
    if (isKnown(place)) return place;
    throw new NotFoundError(`the ${wanted} of process ${pid} is not known: ${formatUnknown(place)}`);
  }
  const { workload } = target;
  const leader = workload.leader === null ? undefined : index.process(workload.leader);
  const ofLeader = leader && knownOr(leader.namespaces[type], undefined);
  const [only, ...others] = workload.namespaces.filter((one) => one.type === type).map(({ inode }) => inode);
  const inode = ofLeader ?? (others.length === 0 ? only : undefined);
  if (inode !== undefined) return inode;
  throw new NotFoundError(
    only === undefined
      ? `${nameWorkload(workload)} has no ${wanted} of its own that is known`
      : `${nameWorkload(workload)} has several ${wanted}s: name one of ${[only, ...others].join(', ')}`,
  );
}

/** A snapshot with workloads, in which TARGETs are found. @throws SnapshotError, NoProcError */
export async function readNamespaces(options: OptionValues): Promise<SnapshotIndex> {
  return new SnapshotIndex(await readSnapshot(options, { ...wantGraph, workloads: true }));
}
