// How many tasks the host has: roughly, at the price of one small file.
import { isKnown } from '../../model/snapshot/known.ts';
import { parseTaskCount } from '../../parse/proc/loadavg.ts';
import { readTextFile } from '../files/files.ts';

/** Processes and threads of all pid namespaces: the fourth field of proc_loadavg(5). Undefined where that is not to be read. */
export function countTasks(): number | undefined {
  const text = readTextFile('/proc/loadavg');
  return isKnown(text) ? parseTaskCount(text) : undefined;
}
