// Loop devices and the files that they are made of: loop(4), losetup(8).
import { spawnSync } from 'node:child_process';
import { type BlockDevice, listBlockDevices, readLine } from './block-devices.ts';

export interface LoopDevice extends BlockDevice {
  /** What it is called where nscope is, or " (deleted)" after what it was called. */
  readonly backingFile: string;
  /** major:minor of the file system of that file, by stat(2); undefined where losetup(8) does not say. */
  readonly backing: string | undefined;
  /** Whether it is given back with its last use: mount(8) asks for that. */
  readonly isAutoclear: boolean;
}

/** Those that have a file. */
export function readLoops(): LoopDevice[] {
  let backings: ReadonlyMap<string, string> | undefined;
  return listBlockDevices().flatMap(({ name, device }) => {
    const backingFile = readLine(`/sys/block/${name}/loop/backing_file`);
    if (backingFile === undefined) return [];
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
