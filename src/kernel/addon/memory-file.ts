// A file that is in memory alone, for what the executable has inside and the kernel is to map: nothing is written to a
// directory that another user could reach, and a read-only or noexec file system does not matter.
import { writeSync } from 'node:fs';

/** By which both C libraries find themselves: glibc among what is loaded, and musl takes each libc.so to be itself. */
export const cLibrary = 'libc.so.6';

/** linux/memfd.h; MFD_NOEXEC_SEAL forbids to execute the file as a program (from Linux 6.3), not to map it as a library. */
const MFD_CLOEXEC = 1;
const MFD_NOEXEC_SEAL = 8;

/** What of the runtime's `bun:ffi` is used here. */
interface Ffi {
  dlopen(
    library: string,
    symbols: { memfd_create: { args: ['cstring', 'u32']; returns: 'i32' } },
  ): { symbols: { memfd_create(name: Uint8Array, flags: number): number } };
}

/**
 * memfd_create(2) by the runtime of the executable, before there is an addon.
 * @returns a descriptor, which is the caller's to close
 */
export function makeMemoryFile(name: string, bytes: Uint8Array): number {
  const { dlopen } = process.getBuiltinModule('bun:ffi') as Ffi;
  const { memfd_create } = dlopen(cLibrary, { memfd_create: { args: ['cstring', 'u32'], returns: 'i32' } }).symbols;
  const bytesOfName = Buffer.from(`${name}\0`);
  let fd = memfd_create(bytesOfName, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
  if (fd < 0) fd = memfd_create(bytesOfName, MFD_CLOEXEC);
  if (fd < 0) throw new Error('memfd_create is refused');
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
  return fd;
}
