// Which namespaces are the boot's own: by fixed inode numbers where the kernel has them, else by where kthreadd is.

import { isKernelSince } from '../names/kernel-release.ts';
import { isKnown, type Known } from '../snapshot/known.ts';
import { type NamespaceType, namespaceTypeFacts, namespaceTypes } from '../snapshot/namespace-types.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';
import type { ProcessFact } from './facts.ts';

/** The inode number that the initial namespace has on this kernel; undefined where it is not fixed. */
export function findFixedInode(type: NamespaceType, kernel: string): number | undefined {
  const { initialInode, initialInodeSince617 } = namespaceTypeFacts[type];
  if (!isKernelSince(kernel, 3, 8)) return undefined;
  return initialInode ?? (isKernelSince(kernel, 6, 17) ? initialInodeSince617 : undefined);
}

export type InitialInodes = Readonly<Record<NamespaceType, Known<number>>>;

/**
 * The inode number of each initial namespace. Six types have a fixed number since Linux 3.8; mnt and net have one from 6.17.
 * Before that kthreadd tells, PID 2 of the initial pid namespace, which never leaves the namespaces of the boot.
 * @see include/uapi/linux/nsfs.h enum init_ns_ino; include/linux/proc_ns.h before 6.17
 */
export function findInitialNamespaces(
  host: Pick<HostSnapshot, 'kernel' | 'vantage'>,
  processes: readonly ProcessFact[],
): InitialInodes {
  const kthreadd = processes.find((process) => process.pid === 2 && process.kernelThread && process.ppid === 0);
  const entries = namespaceTypes.map((type): [NamespaceType, Known<number>] => {
    const fixed = findFixedInode(type, host.kernel);
    if (fixed !== undefined) return [type, fixed];
    const seen = kthreadd?.namespaces[type];
    return [type, seen !== undefined ? seen : { unknown: 'unsupported', detail: 'kthreadd is not visible from here' }];
  });
  return Object.freeze(Object.fromEntries(entries)) as InitialInodes;
}

export function isInitial(type: NamespaceType, inode: number, initials: InitialInodes): Known<boolean> {
  const initial = initials[type];
  return isKnown(initial) ? initial === inode : initial;
}
