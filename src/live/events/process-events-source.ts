// Events from the kernel's process connector. It tells who forks, executes and exits, and not where anybody is: of each new
// process the links are read at once, and for the rest a snapshot is compared.
import { readPidView } from '../../kernel/bpf/run.ts';
import { attempt, readIdentity } from '../../kernel/files/files.ts';
import { closeNamespace, nsGetId, openNamespace } from '../../kernel/nsfs/nsfs.ts';
import { readProcTable } from '../../kernel/proc/proc-table.ts';
import { openProcessEvents, type ProcessEventStream } from '../../kernel/process/process-events.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceLinks } from '../../model/snapshot/namespace-types.ts';
import { type ProcessEvent, parseProcessEvents } from '../../parse/netlink/process-events.ts';
import { parseStat } from '../../parse/proc/stat.ts';
import { type LiveSource, now, type SourceHost, type SourceRefusal, type TaskReport } from './source.ts';

export function openProcessEventsSource(host: SourceHost): LiveSource | SourceRefusal {
  const { isInitial, procIsOurs } = readPidView();
  if (!isInitial || !procIsOurs)
    return { refused: 'process events have the PIDs of the initial pid namespace, and /proc here shows another one' };
  const young = new Young(host);
  const drain = (): void => drainEvents(stream as ProcessEventStream, host, young);
  const stream = openProcessEvents(drain);
  if ('refused' in stream) return { refused: `process events: ${stream.refused}` };
  return {
    about: {
      name: 'process-events',
      cannotSee: [
        'a namespace whose processes ended before their links could be read',
        'unshare and setns of a process that is older than a few milliseconds, before the next snapshot',
        'a holder that comes and goes between two snapshots',
        'the moment at which a namespace ended: it is that of a snapshot',
      ],
      refused: [],
    },
    tellsProcesses: false,
    tellsNamespaces: false,
    tellsMounts: false,
    drain,
    stop: () => {
      stream.close();
      young.stop();
    },
  };
}

function drainEvents(stream: ProcessEventStream, host: SourceHost, young: Young): void {
  for (;;) {
    const read = stream.read();
    if (read === 'lost') {
      host.lost(null);
      continue;
    }
    if (read.bytes.length === 0) return;
    tell(parseProcessEvents(read.bytes), host, young);
  }
}

function tell(events: readonly ProcessEvent[], host: SourceHost, young: Young): void {
  // Threads begin and end where their process is, unless a snapshot says otherwise.
  const own = events.filter(({ pid, tid }) => pid === tid && pid !== process.pid);
  const ended = new Set(own.filter(({ kind }) => kind === 'exit').map(({ pid }) => pid));
  const asked = new Set(own.filter(({ kind, pid }) => kind !== 'exit' && !ended.has(pid)).map(({ pid }) => pid));
  const tasks = readTasks(asked);
  for (const { kind, pid, atNs } of own) {
    const task = tasks.get(pid);
    if (kind === 'exit') host.exit(pid, atNs);
    else if (task && kind === 'fork') host.fork(task, atNs);
    else if (task) host.moved(task, 'unshare', atNs);
  }
  young.add(asked);
  if (own.length > 0) host.listSoon();
}

/** So long after its birth or its program's start a process is asked again where it is: then it has called unshare. */
const askAgainMs = 10;

/** Processes that may be about to go to other namespaces. */
class Young {
  readonly #host: SourceHost;
  readonly #pids = new Set<number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(host: SourceHost) {
    this.#host = host;
  }

  add(pids: ReadonlySet<number>): void {
    for (const pid of pids) this.#pids.add(pid);
    if (this.#pids.size > 0) this.#timer ??= setTimeout(() => this.#ask(), askAgainMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#pids.clear();
  }

  #ask(): void {
    this.#timer = undefined;
    const at = now();
    const tasks = readTasks(this.#pids);
    this.#pids.clear();
    for (const task of tasks.values()) this.#host.moved(task, 'unshare', at);
  }
}

/** Numbers are used again at once; the id tells whose it is now. Most tasks are where nscope is, and need none. */
function readId(pid: number, link: number, inode: number): string | null {
  if (inode === 0) return null;
  const id = attempt(() => {
    const open = openNamespace(`/proc/${pid}/ns/${namespaceLinks[link]}`);
    try {
      return open.inode === inode ? String(nsGetId(open.fd)) : null;
    } finally {
      closeNamespace(open);
    }
  });
  return isKnown(id) ? id : null;
}

function readTasks(pids: ReadonlySet<number>): Map<number, TaskReport> {
  const own = namespaceLinks.map((link) => {
    const identity = readIdentity(`/proc/self/ns/${link}`);
    return isKnown(identity) ? identity.inode : 0;
  });
  const tasks = new Map<number, TaskReport>();
  const names = [...pids].map(String);
  const links = namespaceLinks.map((link) => `ns/${link}`);
  for (const entry of readProcTable({ names, links, files: ['stat'], maxFileBytes: 4096 })) {
    const [bytes] = entry.files;
    if (!(bytes instanceof Buffer) || bytes.length === 0) continue;
    const { pid, ppid, comm, startTimeTicks, state } = parseStat(bytes);
    if (state === 'Z' || state === 'X') continue;
    const inodes = entry.links.map((number) => Math.max(0, number));
    const ids = inodes.map((inode, i) => (inode === own[i] ? null : readId(pid, i, inode)));
    tasks.set(pid, { pid, tid: pid, ppid, comm, startTimeTicks, uid: entry.uid, inodes, ids, isReadLate: true });
  }
  return tasks;
}
