// The packed records of native/mounts.c, whose opening comment says what comes after each.
import { layOut } from '../../parse/records/layout.ts';
import { RecordReader } from '../../parse/records/record-reader.ts';
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

/** The strings come after it: type, root, mount point, source. */
export const mountLayout = layOut('struct record of native/mount-record.h', {
  size: 'u32',
  err: 's32',
  id: 'u64',
  parent: 'u64',
  magic: 'u64',
  attributes: 'u64',
  propagation: 'u64',
  peer_group: 'u64',
  master: 'u64',
  propagate_from: 'u64',
  mnt_ns_id: 'u64',
  old_id: 'u32',
  old_parent: 'u32',
  major: 'u32',
  minor: 'u32',
  lengths: ['u32', 4],
});

const { word } = mountLayout;
const unknownLength = 0xffff_ffff;

/** Decodes the records; mounts that went away while they were read (or were refused) are left out. */
export function* decodeMounts(buffer: Buffer): Generator<MountRecord> {
  const record = new RecordReader(buffer);
  for (const at of findRecords(record)) if (record.u32(word.err) === 0) yield decode(buffer, record, at);
}

/** The errno values of the mounts that decodeMounts leaves out. */
export function decodeMountErrors(buffer: Buffer): number[] {
  const record = new RecordReader(buffer);
  const errors: number[] = [];
  for (const _ of findRecords(record)) if (record.u32(word.err) !== 0) errors.push(record.u32(word.err));
  return errors;
}

/** Goes to each record, and tells at which word it begins. */
function* findRecords(record: RecordReader): Generator<number> {
  for (let at = 0; at < record.length; at += record.goTo(at).u32(word.size) >>> 2) {
    record.goTo(at);
    yield at;
  }
}

function decode(buffer: Buffer, record: RecordReader, at: number): MountRecord {
  let end = at * 4 + mountLayout.bytes;
  const take = (index: number): Buffer | undefined => {
    const length = record.u32(word.lengths + index);
    if (length === unknownLength) return undefined;
    end += length;
    return buffer.subarray(end - length, end);
  };
  const fsType = take(0);
  const root = take(1);
  const mountPoint = take(2) ?? Buffer.alloc(0);
  // The groups fit 32 bits: of each the low half is read.
  return {
    peerGroup: record.u32(word.peer_group),
    master: record.u32(word.master),
    oldId: record.u32(word.old_id),
    oldParentId: record.u32(word.old_parent),
    device: `${record.u32(word.major)}:${record.u32(word.minor)}`,
    fsType: fsType?.toString('latin1') ?? '',
    root: root ? parseText(root) : '',
    mountPoint: parseText(mountPoint),
  };
}
