// The packed records of native/mounts.c, whose opening comment gives their layout.
import { parseText } from '../../parse/text/text.ts';

/** One mount of a mount namespace, as statmount(2) tells. */
interface MountRecord {
  /** The ids that mountinfo shows; used again after an unmount. */
  readonly oldId: number;
  readonly oldParentId: number;
  readonly fsType: string;
  /** major:minor of st_dev. */
  readonly device: string;
  /** What of the file system is mounted; for a namespace `net:[4026532992]`. */
  readonly root: string;
  /** Seen from the root of the mount namespace that it lies in. */
  readonly mountPoint: string;
  /** The peer group that it shares events with, 0 when it is not shared. */
  readonly peerGroup: number;
  /** The peer group that it receives events from, 0 when it is no slave. */
  readonly master: number;
}

const headBytes = 8 + 9 * 8 + 8 * 4;
const unknownLength = 0xffff_ffff;

/** Decodes the records; mounts that went away while they were read (or were refused) are left out. */
export function* decodeMounts(buffer: Buffer): Generator<MountRecord> {
  for (let start = 0; start < buffer.length; start += buffer.readUInt32LE(start)) {
    if (buffer.readInt32LE(start + 4) === 0) yield decode(buffer, start);
  }
}

/** The errno values of the mounts that decodeMounts leaves out. */
export function decodeMountErrors(buffer: Buffer): number[] {
  const errors: number[] = [];
  for (let start = 0; start < buffer.length; start += buffer.readUInt32LE(start)) {
    const errno = buffer.readInt32LE(start + 4);
    if (errno !== 0) errors.push(errno);
  }
  return errors;
}

function decode(buffer: Buffer, start: number): MountRecord {
  const words = start + 80;
  let at = start + headBytes;
  const take = (index: number): Buffer | undefined => {
    const length = buffer.readUInt32LE(words + 16 + 4 * index);
    if (length === unknownLength) return undefined;
    at += length;
    return buffer.subarray(at - length, at);
  };
  const fsType = take(0);
  const root = take(1);
  const mountPoint = take(2) ?? Buffer.alloc(0);
  // The groups fit 32 bits, and a bigint costs more.
  return {
    peerGroup: buffer.readUInt32LE(start + 48),
    master: buffer.readUInt32LE(start + 56),
    oldId: buffer.readUInt32LE(words),
    oldParentId: buffer.readUInt32LE(words + 4),
    device: `${buffer.readUInt32LE(words + 8)}:${buffer.readUInt32LE(words + 12)}`,
    fsType: fsType?.toString('latin1') ?? '',
    root: root ? parseText(root) : '',
    mountPoint: parseText(mountPoint),
  };
}
