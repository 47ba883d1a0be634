// FUSE without a library: mount(2) or fusermount3, and requests and answers through /dev/fuse. fuse(4)
import { spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, write, writeSync } from 'node:fs';
import { splitFrames } from '../../parse/fuse/frames.ts';
import { isEscaped } from '../../parse/text/text.ts';
import type { FuseReader } from '../addon/addon.ts';
import { requireAddon } from '../addon/require-addon.ts';
import { isSyscallError, readErrnoName } from '../addon/syscall-error.ts';

/** The type that mountinfo shows, and its source. */
export const fuseType = 'fuse.namespacefs';
const source = 'namespacefs';

/** Flags of mount(2): MS_NOSUID, MS_NODEV, MS_NOEXEC. */
const mountFlags = 2 | 4 | 8;
/** MNT_DETACH of umount2(2). */
const mntDetach = 2;

/**
 * Mounts as root: other users see it too, and the kernel checks owners and modes.
 * @returns the descriptor of the new connection, which the caller closes
 * @throws SyscallError of open(2) on /dev/fuse (ENOENT, EACCES), or of mount(2): EPERM without CAP_SYS_ADMIN, ENOENT,
 *   ENOTDIR, ENODEV where the kernel has no FUSE
 */
export function mountFuse(target: string): number {
  const fd = openSync('/dev/fuse', constants.O_RDWR);
  try {
    const options = `fd=${fd},rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions`;
    requireAddon().fuseMount(source, target, fuseType, mountFlags, options);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** What fusermount3 said when it refused. */
export class FusermountError extends Error {
  override readonly name = 'FusermountError';
  readonly code = 'NSCOPE_FUSERMOUNT';
}

/**
 * Mounts through the set-uid program of the FUSE package, as an ordinary user may: only that user sees it.
 * @returns the descriptor of the new connection, which the caller closes
 * @throws FusermountError with the words of the program, or that it is not installed
 * @see fusermount3(1)
 */
export function mountWithFusermount(target: string): number {
  // Node passes arguments as UTF-8.
  if (isEscaped(target))
    throw new FusermountError('its path is not UTF-8, as fusermount3 needs it here; root can mount there');
  const addon = requireAddon();
  const [ours, theirs] = addon.fuseSocketpair();
  try {
    const options = `fsname=${source},subtype=namespacefs,nosuid,nodev,noexec`;
    runFusermount(['-o', options, '--', target], theirs);
    const fd = addon.fuseReceiveDescriptor(ours);
    if (fd < 0) throw new FusermountError('fusermount3 ended without a descriptor of /dev/fuse');
    return fd;
  } finally {
    closeSync(ours);
    closeSync(theirs);
  }
}

/**
 * Unmounts; busy or dead mounts only with `lazy`, and then what is open in them stays until it is closed.
 * @throws SyscallError EPERM without CAP_SYS_ADMIN (use fusermount3 then), EBUSY, EINVAL when nothing is mounted there
 */
export function unmountFuse(target: string, lazy: boolean): void {
  requireAddon().fuseUnmount(target, lazy ? mntDetach : 0);
}

/** As unmountFuse, for mounts that fusermount3 made. @throws FusermountError */
export function unmountWithFusermount(target: string, lazy: boolean): void {
  runFusermount(['-u', ...(lazy ? ['-z'] : []), '--', target], 'ignore');
}

/** @param socket - on which fusermount3 sends the descriptor: its environment names number 3 */
function runFusermount(words: readonly string[], socket: number | 'ignore'): void {
  const { error, status, stderr } = spawnSync('fusermount3', words, {
    stdio: ['ignore', 'ignore', 'pipe', socket],
    env: { ...process.env, _FUSE_COMMFD: '3' },
    encoding: 'utf8',
    timeout: 10_000,
  });
  if (error && isSyscallError(error) && error.code === 'ENOENT')
    throw new FusermountError('fusermount3 is not installed (Debian: fuse3)', { cause: error });
  if (error) throw error;
  if (status !== 0) throw new FusermountError(stderr.trim().split('\n').at(-1) || `fusermount3 ended with ${status}`);
}

/** Whether a thread is one of nscope's own. */
export function isOwnThread(tid: number): boolean {
  return tid !== 0 && existsSync(`/proc/self/task/${tid}`);
}

/** A connection of which a thread of the addon reads the requests, so that no other thread ever waits for one. */
export class FuseDevice {
  readonly #fd: number;
  readonly #reader: FuseReader;
  #open = true;

  /**
   * @param fd - what mounting gave; closed by close
   * @param onRequest - called with the bytes of each request, which are its own
   * @param onEnd - called once, when nothing more will come, unless close was called: the errno's name, ENODEV after an unmount
   */
  constructor(fd: number, onRequest: (request: Uint8Array) => void, onEnd: (errno: string) => void) {
    this.#fd = fd;
    let hasEnded = false;
    this.#reader = requireAddon().fuseListen(fd, (frames, ended) => {
      if (this.#open) for (const request of splitFrames(frames)) onRequest(request);
      if (ended === null || hasEnded || !this.#open) return;
      hasEnded = true;
      onEnd(ended);
    });
  }

  /** @returns the errno's name where the kernel does not take it: ENOENT when the request was given up meanwhile */
  reply(bytes: Uint8Array): string | undefined {
    try {
      writeSync(this.#fd, bytes);
      return undefined;
    } catch (error) {
      return readErrnoName(error);
    }
  }

  /**
   * Tells the kernel something unasked, on another thread: the kernel may wait for a directory that a request has locked
   * whose answer only this thread gives.
   * @returns the errno's name where the kernel does not take it: ENOENT for what it does not have in its cache
   */
  notify(bytes: Uint8Array): Promise<string | undefined> {
    return new Promise((resolve) => write(this.#fd, bytes, (error) => resolve(error?.code)));
  }

  /**
   * Does something that might reach into the mount itself: such a request is answered EDEADLK by the reading thread, since
   * the one that should answer waits for it.
   */
  refusingOwn<T>(work: () => T): T {
    if (!this.#open) return work();
    requireAddon().fuseRefuseOwn(this.#reader, 1);
    try {
      return work();
    } finally {
      requireAddon().fuseRefuseOwn(this.#reader, 0);
    }
  }

  /** Ends the thread and closes the descriptor: the kernel ends the connection, and whoever waits gets ECONNABORTED. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    requireAddon().fuseStop(this.#reader);
    closeSync(this.#fd);
  }
}
