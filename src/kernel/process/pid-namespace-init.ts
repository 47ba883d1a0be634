// What the init of a pid namespace does about signals, and whose /proc it has.

import type { PidNamespaceInit } from '../../model/evidence/pid-namespace-init.ts';
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import { parseSignals } from '../../parse/proc/signals.ts';
import { noteAnswering } from '../files/answering-devices.ts';
import { readLink, readTextFile } from '../files/files.ts';
import { lookAtShaped, readShapedFileSystem, readShapedLink } from '../files/shaped-files.ts';
import { keepStandIn } from '../files/stand-in.ts';

/** PROC_SUPER_MAGIC: include/uapi/linux/magic.h. */
const procMagic = 0x9fa0;

/** @param own - the pid namespace that nscope's own /proc shows */
export function readPidNamespaceInit(pid: number, own: Known<number>): PidNamespaceInit {
  const status = readTextFile(`/proc/${pid}/status`);
  return {
    pid,
    signals: isKnown(status) ? parseSignals(status) : status,
    procShows: keepStandIn(() => readProcShows(pid, own)),
  };
}

/**
 * By the first process that it has; where that one's links are refused, by whether nscope itself is in it. Whatever the
 * process has mounted over parts of its /proc is no part of the proc file system, and is not believed.
 */
function readProcShows(pid: number, own: Known<number>): Known<number> {
  const root = `/proc/${pid}/root`;
  const place = lookAtShaped({ root, path: '/proc' });
  const type = isKnown(place) ? readShapedFileSystem({ root, path: '/proc' }) : place;
  if (!isKnown(place) || !isKnown(type)) return isKnown(place) ? (type as Unknown) : place;
  if (place.type !== 'directory' || type !== procMagic)
    return { unknown: 'gone', detail: 'no proc file system is mounted there' };
  // What "self" says is told to whoever asks: that must be nscope, and not who stands in for it.
  noteAnswering(place.dev);
  const first = readOwnLink(root, '/proc/1/ns/pid', place.dev);
  const inode = isKnown(first) ? /^pid:\[(\d+)\]$/.exec(first)?.[1] : undefined;
  if (inode !== undefined) return Number(inode);
  if (isKnown(first)) return overmounted;
  if (first.unknown === 'gone') return { ...first, detail: 'it shows a pid namespace whose init has ended' };
  const [self, here] = [readOwnLink(root, '/proc/self', place.dev), readLink('/proc/self')];
  return isKnown(self) && self === (isKnown(here) ? here : undefined) ? own : first;
}

const overmounted: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'something is mounted over it' });

/** A link of the proc file system itself. */
function readOwnLink(root: string, path: string, device: number): Known<string> {
  const look = lookAtShaped({ root, path });
  if (!isKnown(look)) return look;
  return look.dev === device ? readShapedLink({ root, path }) : overmounted;
}
