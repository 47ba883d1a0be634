// Who forks, executes and exits: the kernel's process connector, by a netlink socket.
import { closeSync } from 'node:fs';
import { loadAddon } from '../addon/addon.ts';
import { isSyscallError } from '../addon/syscall-error.ts';
import { awaitReadiness, readable } from '../own/readiness.ts';

export interface ProcessEventStream {
  /**
   * Events that wait; parse with parseProcessEvents. `lost` where the kernel had to drop some: how many, it does not say.
   */
  read(): { readonly bytes: Buffer } | 'lost';
  close(): void;
}

const reasons: Readonly<Record<string, string>> = {
  EPERM: 'before Linux 6.6 the process connector needs CAP_NET_ADMIN in the initial user namespace',
  EPROTONOSUPPORT: 'this kernel has no connector',
  ECONNREFUSED: 'the process connector answers in the initial network namespace alone',
  ENOENT: 'the process connector answers in the initial network namespace alone',
};

/** @param ready - called on the main thread when there is something to read */
export function openProcessEvents(ready: () => void): ProcessEventStream | { readonly refused: string } {
  const found = loadAddon();
  if ('missing' in found) return { refused: found.missing };
  const { addon } = found;
  let fd: number | undefined;
  try {
    fd = addon.processEventsOpen();
    const socket = fd;
    const stop = awaitReadiness(addon, [{ fd, events: readable, ready }]);
    return {
      read: () => {
        try {
          return { bytes: addon.processEventsRead(socket) };
        } catch (error) {
          if (isSyscallError(error) && error.code === 'ENOBUFS') return 'lost';
          throw error;
        }
      },
      close: () => {
        stop();
        closeSync(socket);
      },
    };
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    if (!isSyscallError(error)) throw error;
    return { refused: reasons[error.code] ?? `the process connector answers ${error.code}` };
  }
}
