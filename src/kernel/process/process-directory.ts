// Who runs a program, and which program it is: /proc/PID/stat, status and exe of one process, read through one descriptor of
// its directory, so that whoever gets its number next is not taken for it: proc_pid_exe(5).
import { closeSync, constants, openSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { Known } from '../../model/snapshot/known.ts';
import { parseCredentials } from '../../parse/proc/credentials.ts';
import { parseStartTime } from '../../parse/proc/stat.ts';
import { attempt } from '../files/files.ts';

/** O_PATH of open(2). */
const pathOnly = 0o10000000;

const deleted = ' (deleted)';

interface Program {
  /** Where it lies, or lay, in the mount namespace of the process. */
  readonly path: string;
  readonly isDeleted: boolean;
  /** Owner and permissions of the file that runs, wherever it lies now. */
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** A process that stays the same one while it is asked. */
export interface OpenProcess {
  readonly startTimeTicks: number | undefined;
  /** Real, effective, saved, and that of the file system. */
  readonly uids: readonly number[];
  /** Where its program lies; touches no file system but proc. */
  readProgramPath(): Pick<Program, 'path' | 'isDeleted'>;
  /** @see stat(2): asks the file system of the program, which may be a slow one */
  readProgram(): Program;
}

/** What `ask` gives, or the errno that stopped it; ESRCH where the process has ended meanwhile. */
export function askProcess<T>(pid: number, ask: (process: OpenProcess) => T): Known<T> {
  return attempt<T>(() => {
    const fd = openSync(`/proc/${pid}`, pathOnly | constants.O_DIRECTORY);
    try {
      const directory = `/proc/self/fd/${fd}`;
      const readProgramPath = () => {
        const text = readlinkSync(`${directory}/exe`);
        const isDeleted = text.endsWith(deleted);
        return { path: isDeleted ? text.slice(0, -deleted.length) : text, isDeleted };
      };
      return ask({
        startTimeTicks: parseStartTime(readFileSync(`${directory}/stat`)),
        uids: parseCredentials(readFileSync(`${directory}/status`, 'latin1')).uids,
        readProgramPath,
        readProgram: () => {
          const { uid, gid, mode } = statSync(`${directory}/exe`);
          return { ...readProgramPath(), uid, gid, mode };
        },
      });
    } finally {
      closeSync(fd);
    }
  });
}

/** When a process started, in clock ticks since boot: with its PID it is one process alone. */
export function readStartTime(pid: number): Known<number | undefined> {
  return attempt(() => parseStartTime(readFileSync(`/proc/${pid}/stat`)));
}
