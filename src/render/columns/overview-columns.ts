// The columns of the overview: a row for each group of namespaces.
import type { ListedNamespace } from '../../analysis/graph/inferred-places.ts';
import { nameUnnumbered } from '../../analysis/graph/inferred-places.ts';
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import type { CommonNamespace, NamespaceGroup } from '../../analysis/listing/overview.ts';
import { describeCommand, describeUser } from '../../analysis/release/command.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import { markGroup, nameGroup } from '../words/group-names.ts';
import { inferredMark } from '../words/inferred.ts';
import { shortenTypes } from '../words/type-letters.ts';
import type { Cell, Column } from './columns.ts';

export interface OverviewRow {
  readonly group: NamespaceGroup;
  readonly index: SnapshotIndex;
}

export const overviewColumns: readonly Column<OverviewRow>[] = [
  {
    name: 'group',
    header: 'WHOSE',
    meaning:
      'what the namespaces belong to: a workload, a name, a process with those that it started, what holds them, or this host; ~ where a user could pretend it, or it is inferred',
    kind: 'string',
    cut: 'middle',
    least: 16,
    maxCrowded: 44,
    value: ({ group }) => nameGroup(group),
    text: ({ group }) => markGroup(group),
  },
  {
    name: 'kind',
    header: 'KIND',
    meaning: 'workload, name, process, held or host',
    kind: 'string',
    value: ({ group }) => group.home.kind,
  },
  {
    name: 'types',
    header: 'NAMESPACES',
    meaning:
      'the types of its own namespaces, and how many where there are several; of this host how many in all; on a narrow terminal the letters of unshare(1)',
    kind: 'list',
    value: ({ group }) => [...countTypes(group).keys()],
    text: ({ group, index }) => formatTypes(group, index),
    short: ({ group, index }) =>
      hasAllTypes(group, index) ? 'all' : shortenTypes([...countTypes(group)].map(([type, own]) => ({ type, ...own }))),
  },
  {
    name: 'namespaces',
    header: 'NAMESPACES',
    meaning: 'its own namespaces, each as net:[4026531833]',
    kind: 'list',
    cut: 'end',
    value: ({ group }) => group.namespaces.map(formatListed),
  },
  {
    name: 'count',
    header: 'COUNT',
    meaning: 'how many namespaces are its own',
    kind: 'int',
    align: 'right',
    value: ({ group }) => group.namespaces.length,
  },
  {
    name: 'shared',
    header: 'SHARED',
    meaning:
      'the types in which it shares a namespace with other groups: with them, or of the one that has it in its row',
    kind: 'list',
    cut: 'end',
    least: 16,
    yields: 2,
    value: ({ group }) => [...new Set(group.shared.map(({ namespace }) => namespace.type))],
    text: ({ group }) => formatShared(group.shared) || '-',
    short: ({ group }) => [...new Set(group.shared.map(({ namespace }) => namespace.type))].join(' ') || '-',
  },
  {
    name: 'processes',
    header: 'PROCS',
    meaning:
      'how many processes are in it, of this host those that are in no other row; ~ where that is inferred of some, ? where none was seen and some could not be looked at',
    kind: 'int',
    align: 'right',
    yields: 4,
    value: ({ group }) => countProcesses(group),
    text: ({ group }) => {
      const count = countProcesses(group);
      return isKnown(count) ? `${group.inferred > 0 ? inferredMark : ''}${count}` : '?';
    },
  },
  {
    name: 'pid',
    header: 'PID',
    meaning: 'its leader: its init, else its oldest process',
    kind: 'int',
    align: 'right',
    yields: 1,
    value: ({ group }) => group.leader?.tid ?? null,
    text: ({ group: { leader, isLeaderInferred } }) =>
      leader ? `${isLeaderInferred ? inferredMark : ''}${leader.tid}` : '-',
  },
  {
    name: 'user',
    header: 'USER',
    meaning: 'the user of the leader; without one, the user who owns the namespace',
    kind: 'string',
    cut: 'end',
    yields: 1,
    value: readUser,
  },
  {
    name: 'command',
    header: 'COMMAND',
    meaning: 'how the leader was called; of what a process without being in it holds, how that was called',
    kind: 'string',
    cut: 'end',
    least: 10,
    yields: 5,
    value: (row) => {
      const process = row.group.leader ?? findHolding(row);
      return process ? describeCommand(process) : null;
    },
  },
];

/** The types of a group, in order; whether the number of one is inferred to be there alone, and how many there are. */
function countTypes({ namespaces }: NamespaceGroup): ReadonlyMap<NamespaceType, { count: number; inferred: boolean }> {
  const types = new Map<NamespaceType, { count: number; inferred: boolean }>();
  for (const { type, inode } of namespaces) {
    const known = types.get(type);
    types.set(type, { count: (known?.count ?? 0) + 1, inferred: !isKnown(inode) && known?.inferred !== false });
  }
  return types;
}

/** The host has every type that there is: with --type it has those, which are then named. */
function hasAllTypes(group: NamespaceGroup, { snapshot }: SnapshotIndex): boolean {
  return (
    group.home.kind === 'host' && countTypes(group).size === new Set(snapshot.namespaces.map(({ type }) => type)).size
  );
}

/** "ipc mnt net(2)", "all types (9)"; of the one that nothing but a holder tells apart its number. */
function formatTypes(group: NamespaceGroup, index: SnapshotIndex): string {
  if (hasAllTypes(group, index)) return `all types (${group.namespaces.length})`;
  const [first, second] = group.namespaces;
  if (group.home.kind === 'held' && first && !second) return formatListed(first);
  const words = [...countTypes(group)].map(
    ([type, { count, inferred }]) => `${inferred ? inferredMark : ''}${type}${count > 1 ? `(${count})` : ''}`,
  );
  return words.join(' ') || '-';
}

/** "net:[4026532330]", or "net:[~#2]" for the second that has no number. */
export function formatListed({ type, inode, number }: ListedNamespace): string {
  return isKnown(inode) ? formatNamespace(type, inode) : `${type}:[${inferredMark}${nameUnnumbered(number ?? 0)}]`;
}

/** "ipc net with podman:web podman:db", "uts of docker:a". */
function formatShared(shared: readonly CommonNamespace[]): string {
  const types = new Map<string, string[]>();
  for (const { namespace, with: others, isListedThere } of shared) {
    const whom = `${isListedThere ? 'of' : 'with'} ${others.map(markGroup).join(' ')}`;
    types.set(whom, [...(types.get(whom) ?? []), namespace.type]);
  }
  return [...types].map(([whom, own]) => `${[...new Set(own)].join(' ')} ${whom}`).join(', ');
}

function countProcesses({ pids, namespaces }: NamespaceGroup): Cell {
  const unseen = pids.length === 0 && namespaces.find(({ processes }) => processes.mayBeMore);
  return unseen
    ? { unknown: 'denied', detail: 'none was seen, and of some processes it is not known where they are' }
    : pids.length;
}

function readUser({ group: { leader, namespaces }, index }: OverviewRow): Cell {
  const { users } = index.snapshot.host;
  if (leader) return describeUser(users, leader.uid);
  const ownerUid = namespaces[0]?.ownerUid;
  if (ownerUid === undefined) return null;
  return isKnown(ownerUid) ? describeUser(users, ownerUid) : ownerUid;
}

function findHolding({ group: { home }, index }: OverviewRow): Process | undefined {
  return home.kind === 'held' && home.holder && 'pid' in home.holder && home.holder.pid !== undefined
    ? index.process(home.holder.pid)
    : undefined;
}
