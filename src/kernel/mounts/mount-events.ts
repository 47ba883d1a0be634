// What is attached to and detached from a mount namespace: fanotify(7) with marks of mount namespaces, since Linux 6.15.
import { requireAddon } from '../addon/require-addon.ts';

/** One event of the kernel. */
export interface MountEvent {
  /** `overflow`: the queue was full, and what came then was dropped. */
  readonly kind: 'attached' | 'detached' | 'moved' | 'overflow';
  /** 64 bits. */
  readonly id: bigint;
  /** Who did it, in the reader's pid namespace; 0 where it is not in that. */
  readonly pid: number;
}

const FAN_Q_OVERFLOW = 0x4000n;
const FAN_MNT_ATTACH = 0x100_0000n;
const FAN_MNT_DETACH = 0x200_0000n;

/**
 * @param mountNsFd - a descriptor of the mount namespace, which may be closed at once: the mark does not keep it alive
 * @returns a descriptor that becomes readable with the first event; the caller closes it
 * @throws SyscallError EINVAL before Linux 6.15, EPERM without CAP_SYS_ADMIN in the user namespace that owns it, EMFILE with
 *   fs.fanotify.max_user_groups; AddonMissingError
 * @see fanotify_mark(2) FAN_MARK_MNTNS
 */
export function openMountEvents(mountNsFd: number): number {
  return requireAddon().mountEventsOpen(mountNsFd);
}

/** Events that wait; none where nothing does. */
export function readMountEvents(fd: number): MountEvent[] {
  const packed = requireAddon().mountEventsRead(fd);
  const words = new BigUint64Array(packed.buffer, packed.byteOffset, packed.byteLength / 8);
  const events: MountEvent[] = [];
  for (let at = 0; at + 2 < words.length; at += 3)
    events.push({ kind: readKind(words[at] ?? 0n), id: words[at + 1] ?? 0n, pid: Number(words[at + 2]) });
  return events;
}

function readKind(mask: bigint): MountEvent['kind'] {
  if (mask & FAN_Q_OVERFLOW) return 'overflow';
  if (!(mask & FAN_MNT_DETACH)) return 'attached';
  return mask & FAN_MNT_ATTACH ? 'moved' : 'detached';
}
