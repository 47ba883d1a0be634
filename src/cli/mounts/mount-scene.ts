// The mounts of a snapshot, and the mount namespaces that words lead to.
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { indexMountTables } from '../../analysis/mounts/mount-tables.ts';
import { findHostInode } from '../../model/derived/host-inode.ts';
import type { MountLayout } from '../../model/derived/mount-layout.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { MountTable } from '../../model/snapshot/schema.ts';
import type { MountScene } from '../../render/columns/mount-columns.ts';
import { nameHomes } from '../../render/words/group-names.ts';
import { formatUnknown } from '../../render/words/unknown.ts';
import { findNamespaceInode } from '../reading/find-namespace.ts';
import { NotFoundError, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

/** A mount namespace that was asked for. */
export interface ChosenTable {
  readonly inode: number;
  /** As a remark names it: "docker:web (mnt:[4026532992])". */
  readonly name: string;
  readonly table: MountTable;
  /** Undefined where its mounts are not known. */
  readonly layout: MountLayout | undefined;
}

/** @throws UsageError for a snapshot that was saved without mounts */
export function makeScene(index: SnapshotIndex, options: OptionValues): MountScene {
  const tables = indexMountTables(index.snapshot);
  if (!isKnown(tables))
    throw new UsageError(
      options.from === undefined
        ? `the mounts of this host are not known: ${formatUnknown(tables)}`
        : `the snapshot ${options.from} has no mounts: save it with nscope snapshot --with mounts`,
    );
  const hostInode = findHostInode(index.snapshot, 'mnt');
  const nameHome = nameHomes(index);
  const nameOf = (inode: number) => nameHome('mnt', inode);
  return { tables, host: hostInode === undefined ? undefined : tables.layout(hostInode), nameOf };
}

/**
 * The mount namespace that a word leads to: of a process that it is in, of a workload that of its leader, else its only one.
 * @param word - undefined: nscope's own, of a snapshot that of the host
 * @throws UsageError, NotFoundError
 */
export function chooseTable(
  word: string | undefined,
  index: SnapshotIndex,
  scene: MountScene,
  options: OptionValues,
): ChosenTable {
  const inode = word === undefined ? findOwn(index, options) : findNamespaceInode(word, 'mnt', index, options);
  const table = scene.tables.table(inode);
  if (!table) throw new NotFoundError(`mnt:[${inode}] has ended, or came after the mounts were read`);
  return { inode, name: `${scene.nameOf(inode)} (mnt:[${inode}])`, table, layout: scene.tables.layout(inode) };
}

function findOwn(index: SnapshotIndex, { from }: OptionValues): number {
  const own = index.snapshot.host.vantage.namespaces.mnt;
  const inode = from === undefined && isKnown(own) ? own : findHostInode(index.snapshot, 'mnt');
  if (inode !== undefined) return inode;
  throw new NotFoundError('which mount namespace nscope is in is not known: name one');
}

/** All of a table where nothing is missing; the sentence that says what is. */
export function explainLack({ name, table: { mounts, cut } }: ChosenTable): string | undefined {
  if (!isKnown(mounts)) return `the mounts of ${name} are not known: ${formatUnknown(mounts)}`;
  return cut === undefined ? undefined : `there may be more mounts in ${name}: ${cut}`;
}
