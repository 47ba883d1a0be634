// Waits for descriptors without polling them: epoll(7) in a thread of the addon, which calls back on the main thread.
import type { Addon } from '../addon/addon.ts';

/** EPOLLIN and EPOLLPRI of epoll_ctl(2). */
export const readable = 0x001;
export const exceptional = 0x002;

interface Awaited {
  readonly fd: number;
  /** EPOLL* values. */
  readonly events: number;
  /** Called on the main thread; afterwards it is waited for again. */
  ready(): void;
}

/**
 * @param awaited - descriptors, which stay open until the returned function has been called; at most 31
 * @returns ends the waiting
 * @throws SyscallError EPERM for a descriptor that cannot be waited for
 */
export function awaitReadiness(addon: Addon, awaited: readonly Awaited[]): () => void {
  let closed = false;
  const watch = addon.readinessOpen(
    Int32Array.from(awaited, ({ fd }) => fd),
    Uint32Array.from(awaited, ({ events }) => events),
    (mask) => {
      for (const [i, { ready }] of awaited.entries()) if (!closed && mask & (1 << i)) ready();
      if (!closed) addon.readinessRearm(watch, mask);
    },
  );
  return () => {
    if (closed) return;
    closed = true;
    addon.readinessClose(watch);
  };
}
