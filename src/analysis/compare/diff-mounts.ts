// Mounts that came, went and changed between two snapshots, by mount namespace.
import { MountLayout } from '../../model/derived/mount-layout.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { Mount, MountTable } from '../../model/snapshot/schema.ts';
import { type ContentChange, type ContentDiff, diffContents, type Uncompared } from './diff-contents.ts';

/** A mount of a mount namespace, by its inode number. */
export type MountChange = ContentChange<Mount> & { readonly namespace: number };

/**
 * With 64-bit ids a mount that was made again at the same place is another one. Where a snapshot has none, mounts are the
 * same where they show the same part of the same file system at the same place.
 * @param namespaces - the mount namespaces that are in both snapshots
 */
export function diffMounts(
  earlier: readonly MountTable[],
  later: readonly MountTable[],
  namespaces: readonly number[],
): ContentDiff<MountChange> {
  const [before, after] = [earlier, later].map((tables) => new Map(tables.map((table) => [table.inode, table])));
  const changes: MountChange[] = [];
  const uncompared: Uncompared[] = [];
  let compared = 0;
  for (const namespace of namespaces) {
    const tables = { before: readWhole(before?.get(namespace)), after: readWhole(after?.get(namespace)) };
    if (isKnown(tables.before) && isKnown(tables.after)) {
      compared++;
      for (const change of diffTables(tables.before, tables.after)) changes.push({ namespace, ...change });
    } else
      for (const when of ['before', 'after'] as const) {
        const why = tables[when];
        if (!isKnown(why)) uncompared.push({ namespace, what: 'mounts', when, why });
      }
  }
  return { compared, changes, uncompared };
}

/** Of a table that may lack some, a mount that is not there says nothing. */
function readWhole(table: MountTable | undefined): Known<readonly Mount[]> {
  if (!table) return { unknown: 'gone', detail: 'it came or ended while mounts were read' };
  const { mounts, cut } = table;
  return cut === undefined ? mounts : { unknown: 'unsupported', detail: cut };
}

const fields = ['mountPoint', 'options', 'superOptions', 'peerGroup', 'master', 'unbindable', 'idMap'] as const;

function diffTables(before: readonly Mount[], after: readonly Mount[]): ContentChange<Mount>[] {
  if ([before, after].every((mounts) => mounts.every(({ id }) => id !== undefined)))
    return diffContents(before, after, ({ id }) => id ?? '', fields);
  // Without ids one of them was read through a process, which sees nothing below its root.
  const [ofBefore = [], ofAfter = []] = [before, after].map((mounts) => new MountLayout(mounts).listBelowRoot());
  const isMapped = [before, after].map((mounts) => mounts.some(({ idMap }) => idMap !== undefined));
  const told = isMapped[0] === isMapped[1] ? fields : fields.filter((field) => field !== 'idMap');
  return diffContents(ofBefore, ofAfter, ({ device, root, mountPoint }) => `${device} ${root}\0${mountPoint}`, told);
}
