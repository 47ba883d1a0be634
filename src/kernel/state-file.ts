// Files in which engines keep what they run: read so that nobody who is not trusted can make nscope wait or read for ever.
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import type { Known, Unknown } from '../model/known.ts';
import { attempt } from './files.ts';

/** No engine's record of a container comes near this. */
const mostBytes = 2 ** 24;

const notTrusted: Unknown = Object.freeze({
  unknown: 'unsupported',
  detail: 'it is no plain file of root’s or of one’s own, or too large',
});

/**
 * The text of a file that an engine of root's, or of nscope's own user, keeps. No link is followed at its end, nothing
 * is waited for (a FIFO opens and is then refused), and no more than 16 MiB is read.
 */
export function readStateFile(path: string): Known<string> {
  return attempt<Known<string>>(() => {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const stat = fstatSync(fd);
      const { uid, size } = stat;
      if (!stat.isFile() || size > mostBytes || (uid !== 0 && uid !== process.geteuid?.())) return notTrusted;
      const bytes = Buffer.alloc(mostBytes < size + 4096 ? mostBytes : size + 4096);
      let length = 0;
      for (let got = 1; got > 0 && length < bytes.length; length += got)
        got = readSync(fd, bytes, length, bytes.length - length, null);
      return bytes.toString('utf8', 0, length);
    } finally {
      closeSync(fd);
    }
  });
}

/** Whose socket this is; what is none counts as gone. */
export function readSocketOwner(path: string): Known<number> {
  return attempt<Known<number>>(() => {
    const stat = lstatSync(path);
    return stat.isSocket() ? stat.uid : { unknown: 'gone' };
  });
}
