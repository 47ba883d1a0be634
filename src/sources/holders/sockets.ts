// The network namespaces that sockets, tun and tap devices hold. pidfd_getfd(2) and SIOCGSKNS, one socket after
// another.

import { loadAddon } from '../../kernel/addon/addon.ts';
import { nameErrno } from '../../kernel/addon/syscall-error.ts';
import { attempt, closeDescriptor } from '../../kernel/files/files.ts';
import { findSocketNetns, pidfdGetfd, pidfdOpen, pidfdOpenThread, siocgskns } from '../../kernel/net/sockets.ts';
import { closeNamespace, identify } from '../../kernel/nsfs/nsfs.ts';
import { asHostRoot, limits, sentences } from '../../model/facts/limits.ts';
import { isCapable } from '../../model/names/capabilities.ts';
import { isKnown, knownOr } from '../../model/snapshot/known.ts';
import type { Inputs, NamespaceView, OpenLinks, TaskView } from '../contract/inputs.ts';
import { skipDescriptors } from '../contract/reasons.ts';
import type { Report, Source } from '../contract/source.ts';

type Needs = 'host' | 'tasks' | 'namespaces' | 'descriptors';

export const sockets: Source<Needs | 'wanted'> = {
  name: 'sockets',
  question: 'which network namespaces do sockets, tun and tap devices hold?',
  skip(inputs) {
    const result = loadAddon();
    return skipDescriptors(inputs) ?? ('missing' in result ? result.missing : undefined);
  },
  run(inputs, report) {
    const search = new SocketSearch(inputs, report);
    for (const table of inputs.descriptors.tables()) search.tellTable(table);
    search.tellRefusals();
  },
};

interface Candidate {
  readonly fd: number;
  /** Inode number in sockfs; undefined for a tun or tap device. */
  readonly socket: number | undefined;
}

class SocketSearch {
  readonly #inputs: Pick<Inputs, Needs>;
  readonly #report: Report;
  /** By tid: of processes, and of threads that are elsewhere than their leader, or whose leader has exited. */
  #netOf: ReadonlyMap<number, number> | undefined;
  /** What was learnt of a socket that several processes have open. */
  readonly #known = new Map<number, number>();
  readonly #refused = new Map<string, number>();
  /** Network namespaces that later sources can ask: by a path, by the kernel's own list, or kept open here. */
  #reachable: Set<number> | undefined;

  constructor(inputs: Pick<Inputs, Needs>, report: Report) {
    this.#inputs = inputs;
    this.#report = report;
  }

  tellTable(table: OpenLinks): void {
    if (table.links.length === 0) return;
    const candidates = table.links.flatMap(({ name, text }): Candidate[] => {
      const socket = /^socket:\[(\d+)\]$/.exec(text)?.[1];
      if (socket !== undefined) return [{ fd: name, socket: Number(socket) }];
      return text === '/dev/net/tun' ? [{ fd: name, socket: undefined }] : [];
    });
    if (candidates.length === 0) return;
    const unknown = candidates.filter(({ socket }) => socket === undefined || !this.#known.has(socket));
    const answers = unknown.length > 0 ? this.#ask(table, unknown) : new Map<Candidate, number>();
    this.#netOf ??= readNetOf(this.#inputs.tasks);
    const own = this.#netOf.get(table.tid ?? table.pid) ?? this.#netOf.get(table.pid);
    const owner = { pid: table.pid, ...(table.tid === undefined ? {} : { tid: table.tid }) };
    for (const candidate of candidates) {
      const { fd, socket } = candidate;
      const inode = answers.get(candidate) ?? (socket === undefined ? undefined : this.#known.get(socket));
      // A socket of the task's own network namespace adds nothing: the task itself holds that.
      if (inode === undefined || inode === own) continue;
      this.#report.emit({
        fact: 'holder',
        type: 'net',
        inode,
        holder: Object.freeze(
          socket === undefined ? { kind: 'tap', ...owner, fd } : { kind: 'socket', ...owner, fd, socket },
        ),
      });
    }
  }

  #ask({ pid, tid }: OpenLinks, candidates: readonly Candidate[]): Map<Candidate, number> {
    const answers = new Map<Candidate, number>();
    // A pidfd reaches the table of one task: that of a thread with its own needs a pidfd of the thread, Linux 6.9.
    const pidfd = attempt(() => (tid === undefined ? pidfdOpen(pid) : pidfdOpenThread(tid)));
    if (!isKnown(pidfd)) {
      if (pidfd.unknown !== 'gone') this.#refuse(pidfd.errno ?? '', `/proc/${pid}`, candidates.length);
      return answers;
    }
    try {
      const fds = candidates.map(({ fd }) => fd);
      findSocketNetns(pidfd, fds).forEach(({ netns, file }, index) => {
        const candidate = candidates[index] as Candidate;
        this.#report.asked();
        if (netns < 0) this.#refuse(nameErrno(-netns), `/proc/${pid}/fd/${candidate.fd}`);
        // Another file has the number by now: it says nothing of the one whose link was read.
        else if (candidate.socket === undefined || candidate.socket === file) {
          answers.set(candidate, netns);
          if (candidate.socket !== undefined) this.#known.set(candidate.socket, netns);
          this.#keep(netns, pidfd, candidate.fd);
        }
      });
    } finally {
      closeDescriptor(pidfd);
    }
    return answers;
  }

  /** What a socket alone leads to is kept open, so that later sources can ask it: its owner may be seen in no other way. */
  #keep(netns: number, pidfd: number, fd: number): void {
    this.#reachable ??= listReachable(this.#inputs.namespaces);
    if (this.#reachable.has(netns)) return;
    const copy = attempt(() => pidfdGetfd(pidfd, fd));
    if (!isKnown(copy)) return;
    const open = attempt(() => identify(siocgskns(copy)));
    closeDescriptor(copy);
    if (!isKnown(open)) return;
    this.#reachable.add(netns);
    // Another file has the number by now.
    if (open.inode !== netns) closeNamespace(open);
    else this.#report.keep('net', netns, open.fd);
  }

  /** A descriptor that was closed meanwhile, or a tun descriptor without a device, is no refusal. */
  #refuse(errno: string, example: string, count = 1): void {
    if (['EBADF', 'ESRCH', 'ENOENT', 'ENOTTY', 'EBADFD'].includes(errno)) return;
    this.#report.refused('the network namespace of a socket', errno, example);
    this.#refused.set(errno, (this.#refused.get(errno) ?? 0) + count);
  }

  tellRefusals(): void {
    const kinds = ['socket', 'tap'] as const;
    this.#report.searched(kinds);
    if (!this.#inputs.descriptors.readByBpf)
      this.#report.searched(['tap'], 'without BPF they are known by the path /dev/net/tun alone');
    for (const [errno, count] of this.#refused) {
      this.#report.searched(kinds, sentences.socketsRefused(count, errno));
      const lift = isCapable(this.#inputs.host.vantage, 'CAP_SYS_ADMIN') ? undefined : asHostRoot;
      this.#report.limit(limits.socketsRefused(count, errno, lift));
    }
  }
}

function listReachable(namespaces: NamespaceView): Set<number> {
  const reachable = new Set<number>();
  for (const { type, inode, paths, described } of namespaces.list())
    if (type === 'net' && (described || paths.length > 0)) reachable.add(inode);
  return reachable;
}

function readNetOf({ all }: TaskView): Map<number, number> {
  const netOf = new Map<number, number>();
  for (const { tid, namespaces } of all) netOf.set(tid, knownOr(namespaces.net, 0));
  return netOf;
}
