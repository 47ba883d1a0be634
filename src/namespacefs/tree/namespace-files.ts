// The text of each file in a namespace's directory. Pure. A file that is not known says why: "? denied EPERM".

import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { findHolders } from '../../analysis/release/find-holders.ts';
import { isKnown, type Known, notAsked } from '../../model/snapshot/known.ts';
import type { IdMapping, Namespace, Process, TimeOffsets, UtsNames } from '../../model/snapshot/schema.ts';
import { escapeText } from '../../render/words/escape.ts';

interface NamespaceFile {
  readonly name: string;
  /** Whether a namespace has it; all have it where this is left out. */
  has?(namespace: Namespace): boolean;
  content(namespace: Namespace, index: SnapshotIndex): string;
}

export const namespaceFiles: readonly NamespaceFile[] = [
  { name: 'tasks', content: listTasks },
  { name: 'threads', content: listThreads },
  { name: 'holders', content: listHolders },
  { name: 'owner', content: ({ owner }) => line(owner) },
  { name: 'parent', has: ({ parent }) => parent !== undefined, content: ({ parent }) => line(parent ?? null) },
  { name: 'names', content: listNames },
  { name: 'id', content: ({ id }) => line(id) },
  { name: 'uname', has: ({ uts }) => uts !== undefined, content: ({ uts }) => format(uts, formatUname) },
  { name: 'uid_map', has: ({ uidMap }) => uidMap !== undefined, content: ({ uidMap }) => format(uidMap, formatIdMap) },
  { name: 'gid_map', has: ({ gidMap }) => gidMap !== undefined, content: ({ gidMap }) => format(gidMap, formatIdMap) },
  {
    name: 'setgroups',
    has: ({ setgroups }) => setgroups !== undefined,
    content: ({ setgroups }) => format(setgroups, (text) => `${text}\n`),
  },
  {
    name: 'offsets',
    has: ({ timeOffsets }) => timeOffsets !== undefined,
    content: ({ timeOffsets }) => format(timeOffsets, formatOffsets),
  },
];

/** And those that no snapshot has, where the host can be asked: the mounts and the network devices. */
export const hostFiles: readonly NamespaceFile[] = [
  ...namespaceFiles,
  { name: 'mounts', has: ({ type }) => type === 'mnt', content: () => line(notAsked) },
  { name: 'links', has: ({ type }) => type === 'net', content: () => line(notAsked) },
];

/** PIDs as nscope's own pid namespace has them, in the order of their PIDs in the pid namespace they are in: its init first. */
function listTasks({ type, inode }: Namespace, index: SnapshotIndex): string {
  const processes = index
    .membersOf(type, inode)
    .filter((task) => task.tid === task.pid && task.namespaces[type] === inode);
  if (type === 'pid') processes.sort((a, b) => innermost(a) - innermost(b));
  return lines(processes.map(({ pid }) => String(pid)));
}

function innermost({ pids, pid }: Process): number {
  return pids.at(-1) ?? pid;
}

/** Those that are in it while their process is not. */
function listThreads({ type, inode }: Namespace, index: SnapshotIndex): string {
  const threads = index
    .membersOf(type, inode)
    .filter((task) => task.tid !== task.pid && task.namespaces[type] === inode)
    .filter(({ pid }) => index.process(pid)?.namespaces[type] !== inode);
  return lines(threads.map(({ tid }) => String(tid)));
}

/** The kind, what tells it from others, and behind two blanks what it is. */
function listHolders(namespace: Namespace, index: SnapshotIndex): string {
  return lines(
    findHolders(index, namespace).map(({ kind, what, ...holder }) => {
      const keys = ['pid', 'tid', 'fd', 'socket', 'namespace', 'path'] as const;
      const told = keys.flatMap((key) => (holder[key] === undefined ? [] : [`${key}=${holder[key]}`]));
      return escapeText([kind, ...told, '', what].join(' '));
    }),
  );
}

function listNames({ names }: Namespace): string {
  return lines(names.map(({ kind, name, path }) => escapeText(`${kind} ${name} ${path}`)));
}

export function formatUname({ sysname, nodename, release, version, machine, domainname }: UtsNames): string {
  return `${[sysname, nodename, release, version, machine, domainname].map(escapeText).join(' ')}\n`;
}

/** As the kernel prints /proc/PID/uid_map. */
function formatIdMap(map: readonly IdMapping[]): string {
  return lines(map.map((row) => [row.inside, row.outside, row.count].map((id) => String(id).padStart(10)).join(' ')));
}

/** As the kernel prints /proc/PID/timens_offsets. */
function formatOffsets({ monotonic, boottime }: TimeOffsets): string {
  const clocks = [
    ['monotonic', monotonic],
    ['boottime', boottime],
  ] as const;
  return lines(
    clocks.map(
      ([clock, { seconds, nanoseconds }]) =>
        `${clock.padEnd(10)} ${String(seconds).padStart(10)} ${String(nanoseconds).padStart(9)}`,
    ),
  );
}

function format<T>(value: Known<T> | undefined, write: (value: T) => string): string {
  if (value === undefined) return '';
  return isKnown(value) ? write(value) : line(value);
}

/** One value: "-" for none. */
function line(value: Known<string | number | null>): string {
  if (isKnown(value)) return `${value ?? '-'}\n`;
  return `? ${[value.unknown, value.errno].filter(Boolean).join(' ')}\n`;
}

function lines(texts: readonly string[]): string {
  return texts.length === 0 ? '' : `${texts.join('\n')}\n`;
}
