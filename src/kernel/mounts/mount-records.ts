// The packed records of native/mounts.c, whose opening comment says what comes after each.
import type { Mount } from '../../model/snapshot/schema.ts';
import { layOut } from '../../parse/records/layout.ts';
import { RecordReader } from '../../parse/records/record-reader.ts';
import { parseText } from '../../parse/text/text.ts';

/** One mount of a mount namespace, as statmount(2) tells. */
interface FoundRecord {
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

/** The same with all that is read where all mounts are. */
export interface MountRecord extends FoundRecord {
  /** 64 bits in decimal. */
  readonly id: string;
  readonly parentId: string;
  readonly subtype: string;
  /** Undefined before Linux 6.13. */
  readonly source: string | undefined;
  /** Those of the file system, with commas between them. */
  readonly superOptions: string;
  /** SB_* of include/linux/fs.h. */
  readonly superBlockFlags: number;
  /** MOUNT_ATTR_* of mount_setattr(2). */
  readonly attributes: number;
  /** MS_SHARED and the like. */
  readonly propagation: number;
  /** 0 where there is none. */
  readonly propagateFrom: number;
  readonly idMap: Mount['idMap'];
}

/** The strings come after it: type, root, mount point, source, options, subtype, maps of uids and of gids. */
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
  lengths: ['u32', 8],
  sb_flags: 'u32',
  spare: 'u32',
});

const { word } = mountLayout;
const unknownLength = 0xffff_ffff;

/** Decodes the records; mounts that went away while they were read (or were refused) are left out. */
export function* decodeMounts(buffer: Buffer): Generator<FoundRecord> {
  const record = new RecordReader(buffer);
  for (const at of findRecords(record)) if (record.u32(word.err) === 0) yield decode(buffer, record, at);
}

/** As decodeMounts, of what was read without a choice of file systems. */
export function* decodeWholeMounts(buffer: Buffer): Generator<MountRecord> {
  const record = new RecordReader(buffer);
  for (const at of findRecords(record)) if (record.u32(word.err) === 0) yield decodeWhole(buffer, record, at);
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

/** Gives the strings of a record one after the other; undefined for what the kernel did not tell. */
function startStrings(buffer: Buffer, record: RecordReader, at: number): (index: number) => Buffer | undefined {
  let end = at * 4 + mountLayout.bytes;
  return (index) => {
    const length = record.u32(word.lengths + index);
    if (length === unknownLength) return undefined;
    end += length;
    return buffer.subarray(end - length, end);
  };
}

function decode(buffer: Buffer, record: RecordReader, at: number): FoundRecord {
  return decodeFound(record, startStrings(buffer, record, at));
}

function decodeFound(record: RecordReader, take: (index: number) => Buffer | undefined): FoundRecord {
  const fsType = take(0);
  const root = take(1);
  const mountPoint = take(2);
  // The groups fit 32 bits: of each the low half is read.
  return {
    peerGroup: record.u32(word.peer_group),
    master: record.u32(word.master),
    oldId: record.u32(word.old_id),
    oldParentId: record.u32(word.old_parent),
    device: `${record.u32(word.major)}:${record.u32(word.minor)}`,
    fsType: fsType?.toString('latin1') ?? '',
    root: textOf(root),
    mountPoint: textOf(mountPoint),
  };
}

function decodeWhole(buffer: Buffer, record: RecordReader, at: number): MountRecord {
  const take = startStrings(buffer, record, at);
  const found = decodeFound(record, take);
  const [source, superOptions, subtype, uids, gids] = [take(3), take(4), take(5), take(6), take(7)];
  return {
    ...found,
    id: record.id(word.id),
    parentId: record.id(word.parent),
    subtype: textOf(subtype),
    source: source && parseText(source),
    superOptions: textOf(superOptions),
    superBlockFlags: record.u32(word.sb_flags),
    attributes: record.u32(word.attributes),
    propagation: record.u32(word.propagation),
    propagateFrom: record.u32(word.propagate_from),
    idMap:
      uids?.length || gids?.length ? Object.freeze({ uids: decodeRanges(uids), gids: decodeRanges(gids) }) : undefined,
  };
}

function textOf(bytes: Buffer | undefined): string {
  return bytes ? parseText(bytes) : '';
}

/** "INSIDE OUTSIDE COUNT", each with an end of 0. */
function decodeRanges(bytes: Buffer | undefined): NonNullable<Mount['idMap']>['uids'] {
  const ranges = bytes?.toString('latin1').split('\0').slice(0, -1) ?? [];
  return Object.freeze(
    ranges.map((range) => {
      const [inside = 0, outside = 0, count = 0] = range.split(' ').map(Number);
      return Object.freeze({ inside, outside, count });
    }),
  );
}
