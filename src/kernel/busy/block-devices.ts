// What the kernel itself keeps of files and block devices: swap areas, loop devices, and devices that are made of others.
// proc_swaps(5), loop(4), sysfs-block of the kernel's Documentation/ABI
import { spawnSync } from 'node:child_process';
import { isKnown } from '../../model/snapshot/known.ts';
import { parseSwaps, type SwapArea } from '../../parse/storage/swaps.ts';
import { readDirectory, readTextFile } from '../files/files.ts';

export interface LoopDevice {
  /** `loop0`. */
  readonly name: string;
  /** major:minor. */
  readonly device: string;
  /** What it is called where nscope is, or " (deleted)" after what it was called. */
  readonly backingFile: string;
  /** major:minor of the file system of that file, by stat(2); undefined where losetup(8) does not say. */
  readonly backing: string | undefined;
  /** Whether it is given back with its last use: mount(8) asks for that. */
  readonly isAutoclear: boolean;
}

export interface StackedDevice {
  /** `dm-0`, `md127`. */
  readonly name: string;
  readonly device: string;
  /** major:minor of those that it is made of. */
  readonly madeOf: readonly string[];
  /** Of a device of the device mapper the name that dmsetup(8) has. */
  readonly mapped: string | undefined;
}

export function readSwaps(): readonly SwapArea[] {
  const text = readTextFile('/proc/swaps');
  return isKnown(text) ? parseSwaps(text) : [];
}

function listBlockDevices(): readonly string[] {
  const names = readDirectory('/sys/block');
  return isKnown(names) ? names : [];
}

function readLine(path: string): string | undefined {
  const text = readTextFile(path);
  return isKnown(text) ? text.replace(/\n$/, '') : undefined;
}

/** Those that have a file. */
export function readLoops(): LoopDevice[] {
  let backings: ReadonlyMap<string, string> | undefined;
  return listBlockDevices().flatMap((name) => {
    const backingFile = readLine(`/sys/block/${name}/loop/backing_file`);
    const device = readLine(`/sys/block/${name}/dev`);
    if (backingFile === undefined || device === undefined) return [];
    backings ??= readBackings();
    const isAutoclear = readLine(`/sys/block/${name}/loop/autoclear`) === '1';
    return [{ name, device, backingFile, backing: backings.get(name), isAutoclear }];
  });
}

/** LOOP_GET_STATUS64, which sysfs does not have. Without privilege nothing is told. */
function readBackings(): ReadonlyMap<string, string> {
  const words = ['--list', '--noheadings', '--output', 'NAME,BACK-MAJ:MIN'];
  const { stdout } = spawnSync('losetup', words, {
    encoding: 'utf8',
    timeout: losetupMs,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const found = (stdout ?? '').matchAll(/^\/dev\/(\S+)\s+(\d+:\d+)\s*$/gm);
  return new Map([...found].map(([, name = '', device = '']) => [name, device]));
}

const losetupMs = 5000;

/** Device mapper, md, bcache and the like. */
export function readStackedDevices(): StackedDevice[] {
  return listBlockDevices().flatMap((name) => {
    const below = readDirectory(`/sys/block/${name}/slaves`);
    const device = readLine(`/sys/block/${name}/dev`);
    if (!isKnown(below) || below.length === 0 || device === undefined) return [];
    const madeOf = below.flatMap((one) => readLine(`/sys/block/${name}/slaves/${one}/dev`) ?? []);
    return [{ name, device, madeOf, mapped: readLine(`/sys/block/${name}/dm/name`) }];
  });
}

/** The name of a block device: `vda1` of 254:1. */
export function readDeviceName(device: string): string | undefined {
  const text = readLine(`/sys/dev/block/${device}/uevent`);
  return /^DEVNAME=(.+)$/m.exec(text ?? '')?.[1];
}
