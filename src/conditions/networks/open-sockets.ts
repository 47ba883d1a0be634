// Which processes have sockets and tun devices open: the links of /proc/PID/fd, and /proc/PID/fdinfo of tun devices.

import { nameErrno } from '../../kernel/addon/syscall-error.ts';
import { attempt, closeDescriptor, readTextFile } from '../../kernel/files/files.ts';
import { pidfdGetfd, pidfdOpen, tungetdevnetns } from '../../kernel/net/sockets.ts';
import { closeNamespace, identify } from '../../kernel/nsfs/nsfs.ts';
import { startProcLinks } from '../../kernel/proc/proc-links.ts';
import { append } from '../../model/collections/append.ts';
import { isKnown, type Known, unknownFromErrno } from '../../model/snapshot/known.ts';
import type { ListeningSocket, Snapshot } from '../../model/snapshot/schema.ts';

type Owner = Extract<ListeningSocket['owners'], readonly unknown[]>[number];

export class OpenSockets {
  readonly #owners = new Map<number, Owner[]>();
  readonly #tuns = new Map<string, Owner[]>();
  /** The errno of a process whose descriptors may not be seen. */
  #refused: string | undefined;

  constructor({ processes }: Snapshot) {
    const pids = processes.filter(({ pid, tid, state }) => pid === tid && state !== 'Z').map(({ pid }) => pid);
    const started = startProcLinks(
      pids.map((pid) => `${pid}/fd`),
      ['socket:[', tunPath],
    );
    let at = 0;
    for (const { errno, refusal, links } of started.take()) {
      const pid = pids[at++] ?? 0;
      const failure = nameErrno(errno || refusal);
      if (failure === 'EACCES' || failure === 'EPERM') this.#refused = failure;
      for (const { name: fd, text } of links) {
        const socket = /^socket:\[(\d+)\]$/.exec(text)?.[1];
        if (socket !== undefined) append(this.#owners, Number(socket), Object.freeze({ pid, fd }));
        else if (text === tunPath) this.#takeTun(pid, fd);
      }
    }
  }

  /** Who has a socket open, by pid; where nobody is seen and some process may not be looked at, why not. */
  ownersOf(socket: number): Known<readonly Owner[]> {
    const owners = this.#owners.get(socket);
    if (owners) return Object.freeze(owners);
    return this.#refused === undefined ? noOwners : unknownFromErrno(this.#refused);
  }

  /** Who has a tun or tap device open, by the network namespace that it is in and its name. */
  whoOpened(inode: number, name: string): readonly Owner[] | undefined {
    return this.#tuns.get(`${inode} ${name}`);
  }

  #takeTun(pid: number, fd: number): void {
    const info = readTextFile(`/proc/${pid}/fdinfo/${fd}`);
    const name = isKnown(info) ? /^iff:\t(.+)$/m.exec(info)?.[1] : undefined;
    if (name === undefined) return;
    const inode = readTunNetns(pid, fd);
    if (inode !== undefined) append(this.#tuns, `${inode} ${name}`, Object.freeze({ pid, fd }));
  }
}

const tunPath = '/dev/net/tun';
const noOwners: readonly Owner[] = Object.freeze([]);

function readTunNetns(pid: number, fd: number): number | undefined {
  const pidfd = attempt(() => pidfdOpen(pid));
  if (!isKnown(pidfd)) return undefined;
  const copy = attempt(() => pidfdGetfd(pidfd, fd));
  closeDescriptor(pidfd);
  if (!isKnown(copy)) return undefined;
  const open = attempt(() => identify(tungetdevnetns(copy)));
  closeDescriptor(copy);
  if (!isKnown(open)) return undefined;
  closeNamespace(open);
  return open.inode;
}
