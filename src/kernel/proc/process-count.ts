// How many processes the host has, without listing them: the link count of /proc, and the tasks of /proc/loadavg.
import { opendirSync, statSync } from 'node:fs';
import { parseStat } from '../../parse/proc/stat.ts';
import { readProcTable } from './proc-table.ts';
import { countTasks } from './task-count.ts';

/**
 * Processes of all pid namespaces, zombies too: no fewer than there are. The link count of /proc is two, the directories
 * that are no processes, and all processes of the host: proc_root_getattr() in fs/proc/root.c. On some hosts (Debian's
 * 5.10, 6.1 and 6.19 under emulation) it is too high by some forty ever since the boot.
 */
export function countProcesses(): number {
  return statSync('/proc').nlink - 2 - countOtherDirectories();
}

/**
 * The same, corrected where it is too high: nobody is out of sight who is no task, and proc_loadavg(5) counts the tasks of
 * the whole host. Costs a file for each visible process where the two counts differ.
 * @param visible - the processes that /proc shows
 */
export function countProcessesBeside(visible: readonly number[]): number {
  const links = countProcesses();
  const tasks = links > visible.length ? readTaskCount() : undefined;
  if (tasks === undefined) return links;
  let seen = 0;
  for (const { files } of readProcTable({
    names: visible.map(String),
    links: [],
    files: ['stat'],
    maxFileBytes: 4096,
  })) {
    const [stat] = files;
    seen += stat instanceof Buffer && stat.length > 0 ? parseStat(stat).threads : 1;
  }
  return Math.min(links, visible.length + Math.max(0, tasks - seen));
}

/** Undefined where another file lies over that of the kernel, as lxcfs(1) has it, or subset=pid leaves it out. */
function readTaskCount(): number | undefined {
  try {
    if (statSync('/proc/loadavg').dev !== statSync('/proc').dev) return undefined;
    return countTasks();
  } catch {
    return undefined;
  }
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
