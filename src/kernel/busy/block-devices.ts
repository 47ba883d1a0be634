// Block devices by name and number, their partitions, and what the kernel swaps to: sysfs-block of the kernel's
// Documentation/ABI, proc_swaps(5).
import { isKnown } from '../../model/snapshot/known.ts';
import { parseSwaps, type SwapArea } from '../../parse/storage/swaps.ts';
import { readDirectory, readTextFile } from '../files/files.ts';

export interface BlockDevice {
  /** As sysfs calls it: `loop0`, `cciss!c0d0`. */
  readonly name: string;
  /** major:minor. */
  readonly device: string;
}

/** Whole devices; those that come or go meanwhile are left out. */
export function listBlockDevices(): readonly BlockDevice[] {
  return listNames('/sys/block').flatMap((name) => {
    const device = readLine(`/sys/block/${name}/dev`);
    return device === undefined ? [] : [{ name, device }];
  });
}

export function listPartitions({ name }: BlockDevice): readonly BlockDevice[] {
  return listNames(`/sys/block/${name}`).flatMap((one) => {
    if (!one.startsWith(name)) return [];
    const directory = `/sys/block/${name}/${one}`;
    const device = readLine(`${directory}/dev`);
    return device === undefined || readLine(`${directory}/partition`) === undefined ? [] : [{ name: one, device }];
  });
}

export function readSwaps(): readonly SwapArea[] {
  const text = readTextFile('/proc/swaps');
  return isKnown(text) ? parseSwaps(text) : [];
}

/** The name of a block device: `vda1` of 254:1. */
export function readDeviceName(device: string): string | undefined {
  const text = readLine(`/sys/dev/block/${device}/uevent`);
  return /^DEVNAME=(.+)$/m.exec(text ?? '')?.[1];
}

/** Its node in /dev: sysfs writes a slash as an exclamation mark. */
export function toNode(name: string): string {
  return `/dev/${name.replaceAll('!', '/')}`;
}

/** A file of sysfs without its last newline; undefined where there is none. */
export function readLine(path: string): string | undefined {
  const text = readTextFile(path);
  return isKnown(text) ? text.replace(/\n$/, '') : undefined;
}

/** What a directory of sysfs has; nothing where there is none. */
export function listNames(path: string): readonly string[] {
  const names = readDirectory(path);
  return isKnown(names) ? names : [];
}
