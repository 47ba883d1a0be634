// Groups of processes as lines.

import type { GroupingScore, ProcessGroup } from '../../analysis/compare/groups.ts';
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { layOutTree } from '../../analysis/graph/tree-layout.ts';
import { describeCommand } from '../../analysis/release/command.ts';
import type { Column } from '../columns/columns.ts';
import { count } from '../pages/show-namespace.ts';

export interface GroupRow {
  readonly group: ProcessGroup;
  /** What keeps it apart from others though it is in the same mount namespace. */
  readonly remark: string;
  readonly index: SnapshotIndex;
}

export const groupColumns: readonly Column<GroupRow>[] = [
  {
    name: 'group',
    header: 'GROUP',
    meaning: 'what its members show: a digest, or the path of the control group',
    kind: 'string',
    cut: 'middle',
    least: 12,
    value: ({ group }) => group.key,
  },
  {
    name: 'processes',
    header: 'PROCS',
    meaning: 'how many processes are in it',
    kind: 'int',
    align: 'right',
    value: ({ group }) => group.pids.length,
  },
  {
    name: 'pid',
    header: 'PID',
    meaning: 'the first of them',
    kind: 'any',
    align: 'right',
    value: ({ group }) => group.pids[0] ?? null,
  },
  {
    name: 'mnt',
    header: 'MNT',
    meaning: 'the mount namespace that most of them are in, and how many others there are',
    kind: 'any',
    yields: 2,
    value: ({ group }) => group.mountNamespaces[0] ?? null,
    text: ({ group: { mountNamespaces } }) => {
      const [first, ...others] = mountNamespaces;
      return first === undefined ? '?' : others.length === 0 ? String(first) : `${first} +${others.length}`;
    },
  },
  {
    name: 'remark',
    header: 'REMARK',
    meaning: 'what a chroot split off',
    kind: 'string',
    cut: 'end',
    least: 16,
    yields: 1,
    value: ({ remark }) => remark,
    text: ({ remark }) => remark || '-',
  },
  {
    name: 'command',
    header: 'COMMAND',
    meaning: 'how the first of them was called',
    kind: 'any',
    cut: 'end',
    least: 12,
    value: ({ group, index }) => {
      const process = index.process(group.pids[0] ?? -1);
      return process ? describeCommand(process) : null;
    },
  },
];

/** One sentence; counts are of pairs of processes. */
export function describeScore(score: GroupingScore): string {
  if (score.pairs === 0) return 'No two links could be read, so the groups cannot be held against them.';
  const { pairs, joinedRightly, apartRightly, wronglySplit, wronglyJoined } = score;
  return `Beside the links of ${count(score.processes, 'process', 'processes')}, of ${pairs} pairs ${joinedRightly} are joined rightly, ${apartRightly} apart rightly, ${wronglySplit} wrongly split, ${wronglyJoined} wrongly joined.`;
}

/** The branches in front of paths such as "/2741/2790", which hang below the path that they go on from. */
export function layOutPaths(rows: readonly GroupRow[]): { readonly row: GroupRow; readonly prefix: string }[] {
  const byPath = new Map(rows.map((row) => [row.group.key, row]));
  const above = ({ group: { key } }: GroupRow) =>
    key === '/' ? undefined : byPath.get(key.replace(/\/[^/]*$/, '') || '/');
  return layOutTree(rows, above).map(({ node, prefix }) => ({ row: node, prefix }));
}
