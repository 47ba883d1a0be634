// The columns of a listing of processes.

import { findInferred, findPlace, isPlace } from '../../analysis/graph/inferred-places.ts';
import { findBorder } from '../../analysis/graph/process-tree.ts';
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { findWorkload, nameWorkload } from '../../analysis/listing/workloads.ts';
import { describeCommand, describeUser } from '../../analysis/release/command.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import {
  type NamespaceLink,
  type NamespaceType,
  namespaceTypeFacts,
  namespaceTypes,
  readLinkType,
} from '../../model/snapshot/namespace-types.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import { formatPlace, inferredMark } from '../words/inferred.ts';
import { findStart } from '../words/start-time.ts';
import { formatWorkloads } from '../words/workload-names.ts';
import type { Column } from './columns.ts';

export interface ProcessRow {
  readonly process: Process;
  readonly index: SnapshotIndex;
}

type ProcessColumn = Column<ProcessRow>;

/** The types by which processes are told apart most often stay longest. */
const yieldOf: Readonly<Record<NamespaceType, number>> = {
  cgroup: 4,
  time: 4,
  uts: 5,
  ipc: 5,
  user: 6,
  mnt: 7,
  pid: 8,
  net: 9,
};

export const processColumns: readonly ProcessColumn[] = [
  {
    name: 'pid',
    header: 'PID',
    meaning: 'process ID; of a thread that is not where its process is, the thread ID',
    kind: 'int',
    align: 'right',
    value: ({ process }) => process.tid,
  },
  {
    name: 'ppid',
    header: 'PPID',
    meaning: 'the parent; of a thread its process',
    kind: 'int',
    align: 'right',
    yields: 1,
    value: ({ process }) => (process.tid === process.pid ? process.ppid : process.pid),
  },
  {
    name: 'nspid',
    header: 'NSPID',
    meaning: 'the PID in its own pid namespace, where that is a nested one',
    kind: 'int',
    align: 'right',
    yields: 3,
    value: ({ process }) => (process.pids.length > 1 ? (process.pids.at(-1) ?? null) : null),
  },
  {
    name: 'pids',
    header: 'PIDS',
    meaning: 'its PIDs from the pid namespace of the reader to its own',
    kind: 'list',
    value: ({ process }) => process.pids.map(String),
  },
  {
    name: 'user',
    header: 'USER',
    meaning: 'the effective user',
    kind: 'string',
    cut: 'end',
    yields: 2,
    value: ({ process, index }) => describeUser(index.snapshot.host.users, process.uid),
  },
  {
    name: 'uid',
    header: 'UID',
    meaning: 'the effective uid',
    kind: 'int',
    align: 'right',
    value: ({ process }) => process.uid,
  },
  {
    name: 'state',
    header: 'S',
    meaning: 'state, a letter of proc_pid_stat(5): R, S, D, Z, T, t, I',
    kind: 'string',
    yields: 1,
    value: ({ process }) => process.state,
  },
  {
    name: 'started',
    header: 'STARTED',
    meaning: 'when it started: RFC 3339, UTC',
    kind: 'string',
    value: ({ process, index }) => findStart(process.startTimeTicks, index.snapshot.host) ?? { unknown: 'unsupported' },
  },
  {
    name: 'threads',
    header: 'THREADS',
    meaning: 'how many threads it has',
    kind: 'int',
    align: 'right',
    value: ({ process }) => process.threads,
  },
  {
    name: 'kernel',
    header: 'KERNEL',
    meaning: 'whether it is a kernel thread',
    kind: 'bool',
    value: ({ process }) => process.kernelThread,
  },
  ...namespaceTypes.map((type) => makeLinkColumn(type)),
  makeLinkColumn('pid_for_children'),
  makeLinkColumn('time_for_children'),
  {
    name: 'new',
    header: 'NEW',
    meaning: 'the types in which it is elsewhere than its parent',
    kind: 'list',
    value: ({ process, index }) => findBorder(process, index).map(({ type }) => type),
    text: ({ process, index }) =>
      findBorder(process, index)
        .map(({ type, certain }) => (certain ? type : `${type}?`))
        .join(' ') || '-',
  },
  {
    name: 'cgroup',
    header: 'CGROUP',
    meaning: 'path of its cgroup',
    kind: 'string',
    cut: 'middle',
    value: ({ process }) => process.cgroup,
  },
  {
    name: 'workload',
    header: 'WORKLOAD',
    meaning:
      'the container, sandbox, unit or named network that it is in, as in podman:web; ~ where no engine confirms it',
    kind: 'string',
    cut: 'end',
    least: 24,
    value: ({ process, index }) => {
      const workload = findWorkload(process, index);
      return workload ? nameWorkload(workload) : null;
    },
    text: ({ process, index }) => {
      const workload = findWorkload(process, index);
      return formatWorkloads(workload ? [workload] : []);
    },
  },
  {
    name: 'comm',
    header: 'COMM',
    meaning: 'its name, of at most 15 bytes',
    kind: 'string',
    cut: 'end',
    value: ({ process }) => process.comm,
  },
  {
    name: 'command',
    header: 'COMMAND',
    meaning: 'how it was called',
    kind: 'string',
    cut: 'end',
    least: 24,
    value: ({ process }) => describeCommand(process),
  },
];

/** The columns of namespaces are called as in ps(1), since a process has a pid and a user beside a pidns and a userns. */
function makeLinkColumn(link: NamespaceLink): ProcessColumn {
  const type = readLinkType(link);
  const forChildren = link !== type;
  return {
    name: forChildren ? `${type}nsForChildren` : `${type}ns`,
    header: link,
    meaning: forChildren
      ? `inode number of the ${type} namespace that its children will be born in`
      : `inode number of its ${type} namespace: ${namespaceTypeFacts[type].isolates}`,
    kind: 'int',
    align: 'right',
    yields: yieldOf[type],
    value: ({ process }) => process.namespaces[link],
    text: ({ process }) => {
      const inode = process.namespaces[link];
      const place = link === type ? findInferred(process, type) : undefined;
      return isKnown(inode) ? String(inode) : place ? formatPlace(place) : '?';
    },
  };
}

/** The type whose namespaces a column shows. */
export function readColumnType(name: string): NamespaceType | undefined {
  return namespaceTypes.find((type) => name === `${type}ns` || name === `${type}nsForChildren`);
}

/**
 * A column of inode numbers that is easy on the eye: `-` for the initial namespace, `~` where that is inferred, and where there is little room only
 * as many last digits as tell the namespaces of the listing apart.
 */
export function shortenLinkColumn(column: ProcessColumn, digits: number | undefined): ProcessColumn {
  const type = readColumnType(column.name);
  if (!type) return column;
  return {
    ...column,
    header: digits === undefined ? column.header : (shortHeaders[column.header] ?? column.header),
    text: ({ process, index }) => {
      const place = findPlace(process, type);
      const mark = isPlace(place) ? inferredMark : '';
      if (isPlace(place) && 'number' in place) {
        const { number } = place;
        const own = index.snapshot.unnumbered.find((one) => one.type === type && one.number === number);
        return own?.initial === true ? mark : formatPlace(place);
      }
      const inode = isPlace(place) ? place.inode : place;
      if (!isKnown(inode)) return '?';
      if (index.namespace(type, inode)?.initial === true) return mark || '-';
      return mark + (digits === undefined ? String(inode) : String(inode).slice(-digits));
    },
  };
}

/** Those that are longer than the digits below them. */
const shortHeaders: Readonly<Record<string, string>> = { cgroup: 'cgr', time: 'tim', user: 'usr' };

/** How many last digits tell these inode numbers apart; at least three, as fewer look like a count. */
export function countTellingDigits(inodes: readonly number[]): number {
  const distinct = [...new Set(inodes)].map(String);
  for (let digits = 3; digits < 10; digits++)
    if (new Set(distinct.map((inode) => inode.slice(-digits))).size === distinct.length) return digits;
  return 10;
}
