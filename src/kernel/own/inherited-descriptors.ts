// The descriptors above 2 that nscope was started with. Node marks some of them close-on-exec, and opens its own.
import { readFileSync, readlinkSync } from 'node:fs';
import { isKnown } from '../../model/snapshot/known.ts';
import { attempt, readDirectory } from '../files/files.ts';

const eventLoop = 'anon_inode:[eventpoll]';

/** What Node has open of its own beside that: libuv's wake-ups, and what it keeps for when no descriptor is left. */
const own = /^anon_inode:\[(?:eventpoll|eventfd|io_uring)\]$|^\/dev\/null$/;

/**
 * To be called before anything else is opened. Node's first descriptor is that of its event loop and has the lowest free
 * number, so that all below are inherited; above, a pipe of which both ends are open is Node's. None where /proc does not
 * tell.
 */
export function listInheritedDescriptors(): number[] {
  const names = readDirectory('/proc/self/fd');
  const open = (isKnown(names) ? names : [])
    .map(Number)
    .filter((fd) => fd > 2)
    .sort((a, b) => a - b)
    .flatMap((fd) => {
      const target = attempt(() => readlinkSync(`/proc/self/fd/${fd}`));
      // The directory that was read here is closed again.
      return isKnown(target) ? [{ fd, target }] : [];
    });
  const first = open.find(({ target }) => target === eventLoop)?.fd ?? 0;
  return open
    .filter(({ fd, target }) => fd < first || !(own.test(target) || hasBothEnds(target, open)))
    .map(({ fd }) => fd);
}

interface OpenDescriptor {
  readonly fd: number;
  readonly target: string;
}

function hasBothEnds(target: string, open: readonly OpenDescriptor[]): boolean {
  if (!target.startsWith('pipe:')) return false;
  const modes = open.filter((one) => one.target === target).map(({ fd }) => readAccessMode(fd));
  return modes.includes(0) && modes.includes(1);
}

/** O_RDONLY 0, O_WRONLY 1, O_RDWR 2: proc_pid_fdinfo(5). */
function readAccessMode(fd: number): number | undefined {
  const text = attempt(() => readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'));
  const flags = isKnown(text) ? /^flags:\s+([0-7]+)$/m.exec(text)?.[1] : undefined;
  return flags === undefined ? undefined : Number.parseInt(flags, 8) & 3;
}
