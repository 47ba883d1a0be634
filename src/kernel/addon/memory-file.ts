// A file that is in memory alone, for what the executable has inside and the kernel is to map: nothing is written where
// another user could reach it, and a read-only root or noexec directories do not matter.
import { closeSync, constants, openSync, writeSync } from 'node:fs';

/** By which both C libraries find themselves: glibc among what is loaded, and musl takes each libc.so to be itself. */
export const cLibrary = 'libc.so.6';

/** linux/memfd.h; MFD_NOEXEC_SEAL forbids to execute the file as a program (from Linux 6.3), not to map it as a library. */
const MFD_CLOEXEC = 1;
const MFD_NOEXEC_SEAL = 8;
/** open(2): a file without a name; __O_TMPFILE of asm-generic/fcntl.h, with a flag that differs between architectures. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** Where an unnamed file is tried: the first of them is in memory on nearly each host. */
const directories = ['/dev/shm', '/run', '/tmp'];

/** What of the runtime's `bun:ffi` is used here. */
interface Ffi {
  dlopen(
    library: string,
    symbols: { memfd_create: { args: ['cstring', 'u32']; returns: 'i32' } },
  ): { symbols: { memfd_create(name: Uint8Array, flags: number): number } };
}

/**
 * memfd_create(2) by the runtime of the executable, before there is an addon; an unnamed file of a directory where that is
 * refused, and where the runtime cannot call it: it compiles for that, which a memory policy or an option may forbid.
 * @returns a descriptor, which is the caller's to close
 * @throws SyscallError where none of them can be made or written
 */
export function makeMemoryFile(name: string, bytes: Uint8Array): number {
  const fd = createByCall(name) ?? createUnnamed();
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return fd;
}

/** @returns undefined where it is refused */
function createByCall(name: string): number | undefined {
  const bytes = Buffer.from(`${name}\0`);
  try {
    const { dlopen } = process.getBuiltinModule('bun:ffi') as Ffi;
    const { memfd_create } = dlopen(cLibrary, { memfd_create: { args: ['cstring', 'u32'], returns: 'i32' } }).symbols;
    // Before Linux 6.3 the second flag is unknown.
    for (const flags of [MFD_CLOEXEC | MFD_NOEXEC_SEAL, MFD_CLOEXEC]) {
      const fd = memfd_create(bytes, flags);
      if (fd >= 0) return fd;
    }
    return undefined;
  } catch {
    return undefined;
  }
}

/** @throws SyscallError of the last directory */
function createUnnamed(): number {
  let refusal: unknown;
  for (const directory of directories) {
    try {
      return openSync(directory, O_TMPFILE | constants.O_RDWR, 0o600);
    } catch (error) {
      refusal = error;
    }
  }
  throw refusal;
}
