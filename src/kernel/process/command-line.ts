// How one process was called: proc_pid_cmdline(5).
import { closeSync, openSync, readSync } from 'node:fs';
import { parseText } from '../../parse/text/text.ts';

const most = Buffer.allocUnsafe(4096);

/** Words joined by blanks, cut after 4096 bytes; undefined when the process is gone, or has none. */
export function readCommandLine(pid: number): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(`/proc/${pid}/cmdline`, 'r');
    const length = readSync(fd, most, 0, most.length, 0);
    const bytes = most.subarray(0, length);
    const text = parseText(bytes).replace(/\0+$/, '').replaceAll('\0', ' ');
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
