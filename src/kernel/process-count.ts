// How many processes does the host have? Without listing them: the link count of /proc.
import { opendirSync, statSync } from 'node:fs';

/**
 * Processes of all pid namespaces, zombies too. The link count of /proc is two, the directories that are no processes, and
 * all processes of the host: proc_root_getattr() in fs/proc/root.c.
 */
export function countProcesses(): number {
  return statSync('/proc').nlink - 2 - countOtherDirectories();
}

let otherDirectories: number | undefined;

/** They come before the processes, and stay as they are while nscope runs, but for what a module adds. */
function countOtherDirectories(): number {
  if (otherDirectories !== undefined) return otherDirectories;
  otherDirectories = 0;
  const directory = opendirSync('/proc', { bufferSize: 16 });
  try {
    for (let entry = directory.readSync(); entry && !/^\d/.test(entry.name); entry = directory.readSync())
      if (entry.isDirectory()) otherDirectories++;
  } finally {
    directory.closeSync();
  }
  return otherDirectories;
}
