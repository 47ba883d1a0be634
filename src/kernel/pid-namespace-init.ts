// What the init of a pid namespace does about signals, and whose /proc it has.
import { statfsSync } from 'node:fs';
import { isKnown, type Known } from '../model/known.ts';
import type { PidNamespaceInit } from '../model/pid-namespace-init.ts';
import { parseSignals } from '../parse/signals.ts';
import { attempt, readIdentity, readLink, readTextFile } from './files.ts';

/** PROC_SUPER_MAGIC: include/uapi/linux/magic.h. */
const procMagic = 0x9fa0;

/** @param own - the pid namespace that nscope's own /proc shows */
export function readPidNamespaceInit(pid: number, own: Known<number>): PidNamespaceInit {
  const status = readTextFile(`/proc/${pid}/status`);
  return { pid, signals: isKnown(status) ? parseSignals(status) : status, procShows: readProcShows(pid, own) };
}

/** By the first process that it has; where that one's links are refused, by whether nscope itself is in it. */
function readProcShows(pid: number, own: Known<number>): Known<number> {
  const proc = `/proc/${pid}/root/proc`;
  const type = attempt(() => statfsSync(proc).type);
  if (!isKnown(type)) return type;
  if (type !== procMagic) return { unknown: 'gone', detail: 'no proc file system is mounted there' };
  const first = readIdentity(`${proc}/1/ns/pid`);
  if (isKnown(first)) return first.inode;
  if (first.unknown === 'gone') return { ...first, detail: 'it shows a pid namespace whose init has ended' };
  const [self, here] = [readLink(`${proc}/self`), readLink('/proc/self')];
  return isKnown(self) && self === (isKnown(here) ? here : undefined) ? own : first;
}
