// Namespaces behind processes' descriptors: pidfds, sockets, tun and tap devices.
import type { NamespaceLink } from '../../model/snapshot/namespace-types.ts';
import { layOut } from '../../parse/records/layout.ts';
import { RecordReader } from '../../parse/records/record-reader.ts';
import { requireAddon } from '../addon/require-addon.ts';

/** The numbers of the requests PIDFD_GET_*_NAMESPACE: include/uapi/linux/pidfd.h. */
const pidfdRequests: Readonly<Record<NamespaceLink, number>> = {
  cgroup: 1,
  ipc: 2,
  mnt: 3,
  net: 4,
  pid: 5,
  pid_for_children: 6,
  time: 7,
  time_for_children: 8,
  user: 9,
  uts: 10,
};

/** pidfd_open(2), since Linux 6.9: the descriptor means one thread. */
const PIDFD_THREAD = 0o200;

/**
 * A descriptor that means this thread, whose table of descriptors pidfdGetfd then reaches.
 * @throws SyscallError ESRCH when there is none; EINVAL before Linux 6.9; ENOSYS before 5.3
 * @see pidfd_open(2) PIDFD_THREAD
 */
export function pidfdOpenThread(tid: number): number {
  return requireAddon().pidfdOpen(tid, PIDFD_THREAD);
}

/**
 * A descriptor that means this process for as long as it is open, whatever becomes of the PID.
 * @throws SyscallError ESRCH when there is none; EINVAL for a thread; ENOSYS before Linux 5.3
 * @see pidfd_open(2)
 */
export function pidfdOpen(pid: number): number {
  return requireAddon().pidfdOpen(pid, 0);
}

/**
 * A copy of a descriptor of another process, which shares the open file with it: closing the copy changes nothing there.
 * @throws SyscallError EPERM without the right to trace the process (CAP_SYS_PTRACE); EBADF when it has no such descriptor;
 *   ESRCH when it has ended; ENOSYS before Linux 5.6
 * @see pidfd_getfd(2)
 */
export function pidfdGetfd(pidfd: number, fd: number): number {
  return requireAddon().pidfdGetfd(pidfd, fd);
}

/**
 * A namespace of the process behind a pidfd, also a pid namespace for children that has had no init, for which /proc has
 * no link before Linux 7.1.
 * @returns a new descriptor, which the caller closes
 * @throws SyscallError ENOTTY before Linux 6.11; ESRCH when the process has ended; EACCES without the right to trace it
 * @see include/uapi/linux/pidfd.h PIDFD_GET_NET_NAMESPACE and others
 */
export function pidfdGetNamespace(pidfd: number, link: NamespaceLink): number {
  return requireAddon().pidfdGetNamespace(pidfd, pidfdRequests[link]);
}

/**
 * The network namespace that a socket was made in, or that a tun or tap descriptor was opened in (before Linux 4.20: a
 * socket alone).
 * @returns a new descriptor, which the caller closes
 * @throws SyscallError EPERM without CAP_NET_ADMIN in the user namespace that owns it; ENOTTY for other files
 * @see include/uapi/linux/sockios.h SIOCGSKNS, since Linux 4.9
 */
export function siocgskns(fd: number): number {
  return requireAddon().siocgskns(fd);
}

/**
 * The network namespace that the device of a tun or tap descriptor lies in, which is another than siocgskns gives once
 * the device was moved.
 * @returns a new descriptor, which the caller closes
 * @throws SyscallError EBADFD when no device is attached; EPERM without CAP_NET_ADMIN over that namespace; ENOTTY, EINVAL
 *   or EBADFD for other files
 * @see include/uapi/linux/if_tun.h TUNGETDEVNETNS, since Linux 5.2
 */
export function tungetdevnetns(fd: number): number {
  return requireAddon().tungetdevnetns(fd);
}

export const netnsAnswerLayout = layOut('struct answer of native/sockets.c', { netns: 's64', file: 's64' });

/** Inode numbers; below zero are errno values with the sign turned. */
interface SocketNetns {
  readonly netns: number;
  /** Of the open file itself: it may be another one by now than when its link was read. */
  readonly file: number;
}

/**
 * For each descriptor of another process the network namespace that siocgskns gives for it, in one call for all of them:
 * no descriptor is kept.
 * @returns in the order of `fds`
 */
export function findSocketNetns(pidfd: number, fds: readonly number[]): SocketNetns[] {
  const answer = new RecordReader(requireAddon().findSocketNetns(pidfd, Int32Array.from(fds)));
  const { word } = netnsAnswerLayout;
  return fds.map((_, index) => {
    answer.goTo(index * netnsAnswerLayout.words);
    return { netns: answer.signedLong(word.netns), file: answer.signedLong(word.file) };
  });
}
