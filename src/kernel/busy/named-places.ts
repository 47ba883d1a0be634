// What a path or the name of a device leads to: the mount that a path lies on, the numbers of a block device. A file system
// that does not answer is not waited for. statx(2), proc_pid_fdinfo(5), blkid(8)
import { spawnSync } from 'node:child_process';
import { fstatSync } from 'node:fs';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatDevice } from '../files/device-numbers.ts';
import type { OpenPath } from '../files/file-calls.ts';
import { attempt, readLink, readTextFile } from '../files/files.ts';
import { reach, type ShapedPath } from '../files/shaped-path.ts';

/** Where a file lies that nscope has opened. */
export interface OpenPlace {
  /** The mount that it lies on, by its id in mountinfo. */
  readonly mount: number;
  /** major:minor of the file system by stat(2); of btrfs that of the subvolume. */
  readonly device: string;
  /** Of a block device its own numbers. */
  readonly blockDevice: string | undefined;
}

export interface NamedPlace extends OpenPlace {
  /** Without symbolic links. */
  readonly realPath: string | undefined;
}

/** Links are followed, as umount(8) does. @returns why not: `detail` says what did not answer */
export function lookAtPath(shaped: Pick<ShapedPath, 'root' | 'path'>): Known<NamedPlace> {
  return attempt(() => reach({ ...shaped, links: 'all' }, describe));
}

function describe({ fd, look }: OpenPath): NamedPlace {
  const realPath = readLink(`/proc/self/fd/${fd}`);
  return { ...describeOpen(fd, look), realPath: isKnown(realPath) ? realPath : undefined };
}

/** @param look - of the same descriptor, without what only the file system itself could answer */
export function describeOpen(fd: number, { dev, mode }: Pick<OpenPath['look'], 'dev' | 'mode'>): OpenPlace {
  const text = readTextFile(`/proc/self/fdinfo/${fd}`);
  // Every file system answers that of what the kernel has at hand already.
  const isBlock = (mode & fileType) === blockDevice;
  return {
    mount: Number(/^mnt_id:\s+(\d+)/m.exec(isKnown(text) ? text : '')?.[1]),
    device: formatDevice(dev),
    blockDevice: isBlock ? formatDevice(fstatSync(fd).rdev) : undefined,
  };
}

/** S_IFMT and S_IFBLK of inode(7). */
const [fileType, blockDevice] = [0o170000, 0o060000];

const tagDirectories: Readonly<Record<string, string>> = {
  UUID: 'by-uuid',
  LABEL: 'by-label',
  PARTUUID: 'by-partuuid',
  PARTLABEL: 'by-partlabel',
};

/** blkid(8) reads devices, and one that is broken may not answer. */
const blkidMs = 5000;

/**
 * The device with a tag such as UUID=…: by the links that udev made, else by blkid(8), which reads the devices.
 * @returns its path; why none was found
 */
export function findTagged(tag: string, value: string): Known<string> {
  const link = `/dev/disk/${tagDirectories[tag]}/${encodeName(value)}`;
  if (isKnown(lookAtPath({ path: link }))) return link;
  const words = ['-c', '/dev/null', '-l', '-o', 'device', '-t', `${tag}=${value}`];
  const { stdout, error } = spawnSync('blkid', words, {
    encoding: 'utf8',
    timeout: blkidMs,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const path = error ? '' : stdout.trim();
  if (path.startsWith('/')) return path;
  const why = error ? 'and blkid could not be asked' : 'and blkid finds none';
  return { unknown: 'gone', detail: `${link} is not there, ${why}` };
}

/** udev writes what is not plain as \x2f. */
function encodeName(value: string): string {
  return value.replace(/[^\w#+\-.:=@]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
