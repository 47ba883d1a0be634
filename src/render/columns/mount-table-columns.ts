// The columns of the overview of mount namespaces: how much each has mounted.
import type { MountTables } from '../../analysis/mounts/mount-tables.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { Mount, MountTable } from '../../model/snapshot/schema.ts';
import type { Column } from './columns.ts';

export interface MountTableRow {
  readonly table: MountTable;
  readonly tables: MountTables;
  /** What the mount namespace belongs to. */
  readonly name: string;
  readonly leader: number | null;
}

export const mountTableColumns: readonly Column<MountTableRow>[] = [
  {
    name: 'mntns',
    header: 'MNTNS',
    meaning: 'inode number of the mount namespace',
    kind: 'int',
    align: 'right',
    value: ({ table }) => table.inode,
  },
  {
    name: 'pid',
    header: 'PID',
    meaning: 'of the overview: its leader',
    kind: 'int',
    align: 'right',
    value: ({ leader }) => leader,
  },
  {
    name: 'of',
    header: 'OF',
    meaning: 'of the overview: the workload, name or process that it belongs to',
    kind: 'string',
    cut: 'end',
    least: 12,
    value: ({ name }) => name,
  },
  {
    name: 'mounts',
    header: 'MOUNTS',
    meaning: 'of the overview: how many mounts it has',
    kind: 'int',
    align: 'right',
    value: ({ table: { mounts } }) => (isKnown(mounts) ? mounts.length : mounts),
  },
  countColumn('hidden', 'COVERED', 'how many of them another one hides', ({ tables, table }, mount) => {
    return tables.layout(table.inode)?.coveredBy(mount) !== undefined;
  }),
  countColumn('shared', 'SHARED', 'how many share mounts and unmounts with a peer group', (_, { peerGroup }) => {
    return peerGroup !== undefined;
  }),
  countColumn('slaves', 'SLAVES', 'how many receive them from a master', (_, { master }) => master !== undefined),
  countColumn('idmapped', 'IDMAPPED', 'how many show other ids', (_, { options }) => options.includes('idmapped')),
  {
    name: 'via',
    header: 'VIA',
    meaning: 'of the overview: how it was read, mountinfo or statmount; why it may be incomplete',
    kind: 'string',
    cut: 'end',
    value: ({ table: { via, cut } }) => (cut === undefined ? via : `${via}: ${cut}`),
  },
];

function countColumn(
  name: string,
  header: string,
  meaning: string,
  isCounted: (row: MountTableRow, mount: Mount) => boolean,
): Column<MountTableRow> {
  return {
    name,
    header,
    meaning: `of the overview: ${meaning}`,
    kind: 'int',
    align: 'right',
    yields: 1,
    value: (row): Known<number> => {
      const { mounts } = row.table;
      return isKnown(mounts) ? mounts.filter((mount) => isCounted(row, mount)).length : mounts;
    },
  };
}
