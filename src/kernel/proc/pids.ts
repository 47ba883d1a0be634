// Which processes /proc shows: the directories that are numbers. proc(5).
import { readdirSync } from 'node:fs';

/** The PIDs that /proc shows, ascending. @throws SyscallError where there is no /proc */
export function listPids(root = '/proc'): number[] {
  const pids: number[] = [];
  for (const name of readdirSync(root)) {
    const first = name.charCodeAt(0);
    if (first >= 0x30 && first <= 0x39) pids.push(Number(name));
  }
  return pids.sort((a, b) => a - b);
}
