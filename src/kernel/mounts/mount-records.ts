// The packed records of native/mounts.c, whose opening comment gives their layout.
import { parseText } from '../../parse/text/text.ts';

/** One mount of a mount namespace, as statmount(2) tells. */
interface MountRecord {
  /** The mount's 64-bit id, which no other mount has or had since the boot. */
  readonly id: bigint;
  readonly parentId: bigint;
  /** The ids that mountinfo shows; used again after an unmount. */
  readonly oldId: number;
  readonly oldParentId: number;
  readonly fsType: string;
  /** The super block's magic number: statfs(2) f_type. */
  readonly magic: number;
  /** major:minor of st_dev. */
  readonly device: string;
  /** What of the file system is mounted; for a namespace `net:[4026532992]`. */
  readonly root: string;
  /** Seen from the root of the mount namespace that it lies in. */
  readonly mountPoint: string;
  /** Undefined before Linux 6.13. */
  readonly source: string | undefined;
  /** The 64-bit id of the mount namespace. */
  readonly mntNsId: bigint;
  /** The peer group that it shares events with, 0 when it is not shared. */
  readonly peerGroup: number;
  /** The peer group that it receives events from, 0 when it is no slave. */
  readonly master: number;
  /** The nearest dominating peer group under the same root, 0 when there is none. */
  readonly propagateFrom: number;
  readonly unbindable: boolean;
  /** MOUNT_ATTR_ flags of mount_setattr(2). */
  readonly attributes: number;
}

const headBytes = 8 + 9 * 8 + 8 * 4;
const unknownLength = 0xffff_ffff;
const unbindableFlag = 1 << 17;

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
  const source = take(3);
  // These fit 32 bits; only ids are read as bigints, which cost more.
  return {
    id: buffer.readBigUInt64LE(start + 8),
    parentId: buffer.readBigUInt64LE(start + 16),
    magic: buffer.readUInt32LE(start + 24),
    attributes: buffer.readUInt32LE(start + 32),
    unbindable: (buffer.readUInt32LE(start + 40) & unbindableFlag) !== 0,
    peerGroup: buffer.readUInt32LE(start + 48),
    master: buffer.readUInt32LE(start + 56),
    propagateFrom: buffer.readUInt32LE(start + 64),
    mntNsId: buffer.readBigUInt64LE(start + 72),
    oldId: buffer.readUInt32LE(words),
    oldParentId: buffer.readUInt32LE(words + 4),
    device: `${buffer.readUInt32LE(words + 8)}:${buffer.readUInt32LE(words + 12)}`,
    fsType: fsType?.toString('latin1') ?? '',
    root: root ? parseText(root) : '',
    mountPoint: parseText(mountPoint),
    source: source && parseText(source),
  };
}
