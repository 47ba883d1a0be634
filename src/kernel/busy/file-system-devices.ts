// Block devices that a mounted file system has besides the one whose number it has: of btrfs all of them, of ext4 that of an
// external journal. /sys/fs/btrfs, sysfs-fs-ext4 of the kernel's Documentation/ABI
import { listNames, readLine } from './block-devices.ts';

export interface BtrfsDevices {
  readonly uuid: string;
  /** major:minor of each that is there. */
  readonly devices: readonly string[];
}

/** Of every btrfs that is in use, whether it is mounted somewhere or not any more. */
export function readBtrfsDevices(): BtrfsDevices[] {
  return listNames('/sys/fs/btrfs').flatMap((uuid) => {
    const directory = `/sys/fs/btrfs/${uuid}/devices`;
    const devices = listNames(directory).flatMap((name) => readLine(`${directory}/${name}/dev`) ?? []);
    return devices.length === 0 ? [] : [{ uuid, devices }];
  });
}

export interface ExternalJournal {
  /** As sysfs calls it: of the file system. */
  readonly fileSystem: string;
  /** Of the device that has its journal. */
  readonly journal: string;
}

/** By the name of the thread that writes a journal: `jbd2/vda1-8` of one within, `jbd2/vdb` of one on a device of its own. */
export function readExternalJournals(): ExternalJournal[] {
  return listNames('/sys/fs/ext4').flatMap((fileSystem) => {
    const pid = Number(readLine(`/sys/fs/ext4/${fileSystem}/journal_task`));
    const [, journal] = /^jbd2\/(.+)$/.exec((pid > 0 && readLine(`/proc/${pid}/comm`)) || '') ?? [];
    if (journal === undefined || `${fileSystem}-`.startsWith(journal) || journal.startsWith(`${fileSystem}-`))
      return [];
    return [{ fileSystem, journal }];
  });
}
