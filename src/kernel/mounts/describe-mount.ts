// A mount as a snapshot has it: from a record of statmount(2), or from a line of mountinfo with the 64-bit ids of
// listmount(2) where the kernel has these.
import type { Unknown } from '../../model/snapshot/known.ts';
import type { Mount } from '../../model/snapshot/schema.ts';
import { type MountLine, readPropagationGroup } from '../../parse/proc/mountinfo.ts';
import type { MountRecord } from './mount-records.ts';

const lockNotTold: Unknown = Object.freeze({ unknown: 'unsupported' });

/** MNT_LOCKED stands in no file, and statmount(2) does not tell it either. @param mayBe - whether there may be such mounts */
export function judgeLock(mayBe: boolean): Mount['locked'] {
  return mayBe ? lockNotTold : false;
}

/** MOUNT_ATTR_* of include/uapi/linux/mount.h, by the words of mountinfo and in their order. */
const attributeWords = [
  [0x2, 'nosuid'],
  [0x4, 'nodev'],
  [0x8, 'noexec'],
  [0x10, 'noatime'],
  [0x80, 'nodiratime'],
  [0x20_0000, 'nosymfollow'],
  [0x10_0000, 'idmapped'],
] as const;
const readOnly = 0x1;
/** MOUNT_ATTR__ATIME: noatime and strictatime; relatime is neither. */
const accessTimes = 0x70;

/** SB_* of include/linux/fs.h, likewise. */
const superBlockWords = [
  [1 << 4, 'sync'],
  [1 << 7, 'dirsync'],
  [1 << 25, 'lazytime'],
] as const;

/** MS_UNBINDABLE of mount(2). */
const unbindable = 1 << 17;

export function describeRecord(record: MountRecord, mayBeLocked: boolean): Mount {
  const { attributes, superBlockFlags, propagateFrom } = record;
  return Object.freeze({
    id: record.id,
    oldId: record.oldId,
    parent: record.parentId,
    oldParent: record.oldParentId,
    device: record.device,
    root: record.root,
    mountPoint: record.mountPoint,
    fsType: record.subtype === '' ? record.fsType : `${record.fsType}.${record.subtype}`,
    source: record.source ?? '',
    options: listOptions(attributes),
    superOptions: Object.freeze([
      superBlockFlags & readOnly ? 'ro' : 'rw',
      ...superBlockWords.filter(([flag]) => superBlockFlags & flag).map(([, word]) => word),
      ...splitOptions(record.superOptions),
    ]),
    ...describeGroups(record.peerGroup, record.master, propagateFrom),
    unbindable: (record.propagation & unbindable) !== 0,
    ...(record.idMap && { idMap: record.idMap }),
    locked: judgeLock(mayBeLocked),
  });
}

function listOptions(attributes: number): readonly string[] {
  const words: string[] = [attributes & readOnly ? 'ro' : 'rw'];
  for (const [flag, word] of attributeWords) {
    if (word === 'nosymfollow' && (attributes & accessTimes) === 0) words.push('relatime');
    if (attributes & flag) words.push(word);
  }
  return Object.freeze(words);
}

function splitOptions(options: string): readonly string[] {
  return options === '' ? [] : options.split(',');
}

function describeGroups(peerGroup: number, master: number, propagateFrom: number) {
  return {
    ...(peerGroup > 0 && { peerGroup }),
    ...(master > 0 && { master }),
    ...(propagateFrom > 0 && { propagateFrom }),
  };
}

/** What a line says besides the ids: mounts that were copied with their mount namespace have it in common. */
export type MountWords = Omit<Mount, 'id' | 'oldId' | 'parent' | 'oldParent' | 'idMap' | 'locked'>;

export function describeWords(line: MountLine): MountWords {
  const { propagation } = line;
  return {
    device: line.device,
    root: line.root,
    mountPoint: line.mountPoint,
    fsType: line.fsType,
    source: line.source,
    options: Object.freeze(splitOptions(line.options)),
    superOptions: Object.freeze(splitOptions(line.superOptions)),
    ...describeGroups(
      readPropagationGroup(propagation, 'shared'),
      readPropagationGroup(propagation, 'master'),
      readPropagationGroup(propagation, 'propagate_from'),
    ),
    unbindable: propagation.includes('unbindable'),
  };
}
