// Which network namespaces do sockets, tun and tap devices hold? pidfd_getfd(2) and SIOCGSKNS, one socket after another.

import { loadAddon } from '../kernel/addon.ts';
import { attempt, closeDescriptor } from '../kernel/files.ts';
import { findSocketNetns, pidfdOpen } from '../kernel/sockets.ts';
import { nameErrno } from '../kernel/syscall-error.ts';
import { isKnown, knownOr } from '../model/known.ts';
import type { OpenLinks, Source, SourceContext } from './source.ts';

export const sockets: Source = {
  name: 'sockets',
  question: 'which network namespaces do sockets, tun and tap devices hold?',
  skip(context) {
    const skipped = context.skipHolders() ?? (context.filesByBpf() ? 'read from the kernel, with BPF' : undefined);
    if (skipped !== undefined) return skipped;
    const result = loadAddon();
    return 'missing' in result ? result.missing : undefined;
  },
  run(context: SourceContext): void {
    const netOf = new Map<number, number>();
    for (const process of context.processes()) netOf.set(process.pid, knownOr(process.namespaces.net, 0));
    /** What was learnt of a socket that several processes have open. */
    const known = new Map<number, number>();
    for (const table of context.descriptors()) tellTable(context, table, netOf.get(table.pid) ?? 0, known);
  },
};

interface Candidate {
  readonly fd: number;
  /** Inode number in sockfs; undefined for a tun or tap device. */
  readonly socket: number | undefined;
}

function tellTable(context: SourceContext, table: OpenLinks, ownNet: number, known: Map<number, number>): void {
  const candidates = table.links.flatMap(({ name, text }): Candidate[] => {
    const socket = /^socket:\[(\d+)\]$/.exec(text)?.[1];
    if (socket !== undefined) return [{ fd: name, socket: Number(socket) }];
    return text === '/dev/net/tun' ? [{ fd: name, socket: undefined }] : [];
  });
  // A pidfd means the table of the leader; that of a thread of its own is out of its reach before Linux 6.9.
  if (candidates.length === 0) return;
  const unknown = candidates.filter(({ socket }) => socket === undefined || !known.has(socket));
  const answers = new Map<Candidate, number>();
  if (unknown.length > 0) {
    const pidfd = attempt(() => pidfdOpen(table.pid));
    if (!isKnown(pidfd)) {
      if (pidfd.unknown !== 'gone') context.refused('sockets of a process', pidfd.errno ?? '', `process ${table.pid}`);
      return;
    }
    try {
      findSocketNetns(
        pidfd,
        unknown.map(({ fd }) => fd),
      ).forEach((inode, index) => {
        const candidate = unknown[index] as Candidate;
        context.asked();
        answers.set(candidate, inode);
        if (inode >= 0 && candidate.socket !== undefined) known.set(candidate.socket, inode);
      });
    } finally {
      closeDescriptor(pidfd);
    }
  }
  const owner = { pid: table.pid, ...(table.tid === undefined ? {} : { tid: table.tid }) };
  for (const candidate of candidates) {
    const { fd, socket } = candidate;
    const inode = answers.get(candidate) ?? (socket === undefined ? undefined : known.get(socket));
    if (inode === undefined) continue;
    if (inode < 0) countRefusal(context, nameErrno(-inode), `/proc/${table.pid}/fd/${fd}`);
    // A socket of the process's own network namespace adds nothing: the process itself holds that.
    else if (inode !== ownNet)
      context.emit({
        fact: 'holder',
        type: 'net',
        inode,
        holder: Object.freeze(
          socket === undefined ? { kind: 'tap', ...owner, fd } : { kind: 'socket', ...owner, fd, socket },
        ),
      });
  }
}

/** A descriptor that was closed meanwhile, or a tun descriptor without a device, is no refusal. */
function countRefusal(context: SourceContext, errno: string, example: string): void {
  if (!['EBADF', 'ESRCH', 'ENOENT', 'ENOTTY', 'EBADFD'].includes(errno))
    context.refused('the network namespace of a socket', errno, example);
}
