// The processes in other namespaces than PID 1, and the network namespaces that ip netns named. The listing of
// listns.py, Ralf Trezeciak's script of 2013, for the same host: one row for each name, then one for each such link.
import { isKnown } from '../../model/snapshot/known.ts';
import {
  formatNamespace,
  type NamespaceLink,
  type NamespaceType,
  readLinkType,
} from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Process, Snapshot } from '../../model/snapshot/schema.ts';
import { SnapshotIndex } from '../graph/snapshot-index.ts';
import { listThreadsElsewhere, type ThreadElsewhere } from '../graph/threads-elsewhere.ts';

/** What PID 1 is compared by: its own link, the initial namespace where that is refused, else where nscope itself is. */
export type BaselineSource = 'init' | 'initial' | 'vantage';

/** The namespace of one type that processes are compared with. */
export interface BaselineEntry {
  readonly type: NamespaceType;
  readonly inode: number;
  readonly source: BaselineSource;
}

/** A process that is elsewhere than PID 1, or a name of ip netns. */
export interface ClassicRow {
  /** Null for a row that a name of ip netns gave. */
  readonly pid: number | null;
  readonly type: NamespaceType;
  readonly inode: number;
  /** Its names in /run/netns; of the row of a name that one name. */
  readonly netnsNames: readonly string[];
  /** Whether the process was started by Docker. */
  readonly docker: boolean;
  /** On one line, not cut, not yet safe for a terminal. */
  readonly command: string;
}

/** The rows, and what they were compared with. */
export interface ClassicListing {
  readonly baseline: readonly BaselineEntry[];
  readonly rows: readonly ClassicRow[];
  /** Threads that are elsewhere than their process. They have no rows, as the script knew none. */
  readonly threads: readonly ThreadElsewhere[];
}

/** The order in which the kernel lists /proc/PID/ns, and with it the order of a process's rows: fs/proc/namespaces.c. */
const linkOrder: readonly NamespaceLink[] = [
  'net',
  'uts',
  'ipc',
  'pid',
  'pid_for_children',
  'user',
  'mnt',
  'cgroup',
  'time',
  'time_for_children',
];

/**
 * Lists names by name, then processes by PID. A namespace to which two links of a process lead is one row. Threads are
 * not listed by themselves. A snapshot that was taken without command lines gives the names of processes instead.
 */
export function listClassic(snapshot: Snapshot): ClassicListing {
  const index = new SnapshotIndex(snapshot);
  const baseline = findBaseline(snapshot, index);
  const usual = new Set(baseline.map(({ type, inode }) => formatNamespace(type, inode)));
  const named = snapshot.namespaces.flatMap((namespace) =>
    findNetnsNames(namespace).map((name) => ({ name, namespace })),
  );
  named.sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows: ClassicRow[] = named.map(({ name, namespace: { type, inode } }) => ({
    pid: null,
    type,
    inode,
    netnsNames: [name],
    docker: false,
    command: `created by ip netns add ${name}`,
  }));
  for (const process of snapshot.processes) {
    if (process.tid !== process.pid) continue;
    const seen = new Set(usual);
    for (const link of linkOrder) {
      const inode = process.namespaces[link];
      if (!isKnown(inode)) continue;
      const type = readLinkType(link);
      const key = formatNamespace(type, inode);
      if (seen.has(key)) continue;
      seen.add(key);
      const namespace = index.namespace(type, inode);
      rows.push({
        pid: process.pid,
        type,
        inode,
        netnsNames: namespace ? findNetnsNames(namespace) : [],
        docker: isStartedByDocker(process, index),
        command: toOneLine(process),
      });
    }
  }
  return { baseline, rows, threads: listThreadsElsewhere(index) };
}

/** What a process must be in not to be listed. For a type that nothing tells of there is no entry. */
function findBaseline(snapshot: Snapshot, index: SnapshotIndex): BaselineEntry[] {
  const init = index.process(1);
  const entries: BaselineEntry[] = [];
  for (const link of linkOrder) {
    const type = readLinkType(link);
    const add = (inode: number, source: BaselineSource) => {
      if (!entries.some((entry) => entry.type === type && entry.inode === inode)) entries.push({ type, inode, source });
    };
    const own = init?.namespaces[link];
    if (own !== undefined && isKnown(own)) add(own, 'init');
    else if (link === type) {
      const initial = snapshot.namespaces.find((namespace) => namespace.type === type && namespace.initial === true);
      const here = snapshot.host.vantage.namespaces[link];
      if (initial) add(initial.inode, 'initial');
      else if (isKnown(here)) add(here, 'vantage');
    }
  }
  return entries;
}

function findNetnsNames(namespace: Namespace): readonly string[] {
  return namespace.names.filter(({ kind }) => kind === 'ip-netns').map(({ name }) => name);
}

/**
 * Whether the parent is a program of Docker: /usr/bin/docker… as the script had it, Docker's daemon and shim wherever
 * they lie, or since Docker 1.11 the shim of containerd with Docker's namespace `moby`.
 */
function isStartedByDocker(process: Process, index: SnapshotIndex): boolean {
  const parent = index.process(process.ppid);
  if (!parent || !isKnown(parent.commandLine)) return false;
  const [program = '', ...words] = parent.commandLine;
  if (program.startsWith('/usr/bin/docker')) return true;
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (/^(?:dockerd|docker-containerd(?:-shim)?)$/.test(name)) return true;
  return (
    name.startsWith('containerd-shim') && words.some((word, i) => word === '-namespace' && words[i + 1] === 'moby')
  );
}

/** The command line, or the name of a process that has none; what would break the line is a blank. */
function toOneLine(process: Process): string {
  const { commandLine, comm } = process;
  const text = isKnown(commandLine) && commandLine.length > 0 ? commandLine.join(' ') : comm;
  return text.replaceAll('\n', ' ').trimEnd();
}
