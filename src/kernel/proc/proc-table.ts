// Many processes at once from /proc: links and files of each, by the addon's bulk reader or, without it, by Node alone.
import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { loadAddon } from '../addon/addon.ts';
import { isSyscallError } from '../addon/syscall-error.ts';
import { packQuestion, type ReadingQuestion, takeBatches } from './proc-reading.ts';
import { decodeProcTable } from './proc-table-records.ts';

/** One directory below /proc. Numbers below zero are errno values with the sign turned. */
export interface ProcEntry {
  readonly name: string;
  /** 0, or the errno that opening the directory gave: the process is gone, or not to be seen. */
  readonly errno: number;
  /** The effective uid of the process: the owner of its directory, which proc(5) never disguises. */
  readonly uid: number;
  /** The number in `type:[number]` of each link asked for. Entries with equal links may share the array. */
  readonly links: readonly number[];
  /** The bytes of each file asked for. They belong to one large buffer: copy what is to be kept. */
  readonly files: readonly (Buffer | number)[];
}

interface ProcQuestion extends ReadingQuestion {
  /** Paths of symbolic links below each: "ns/net". */
  readonly links: readonly string[];
}

/**
 * Asks the question of every name, in order. Reads go through one descriptor for each directory, so all that an entry
 * holds belongs to one process, even where its PID is used again meanwhile.
 * @throws SyscallError when `root` cannot be opened
 */
export function* readProcTable(question: ProcQuestion): Generator<ProcEntry> {
  const { names, links, files, root = '/proc' } = question;
  if (names.length === 0) return;
  const result = loadAddon();
  if (!('addon' in result)) {
    for (const name of names) yield readEntry(`${root}/${name}`, name, question);
    return;
  }
  const { addon } = result;
  const reading = addon.startProc(...packQuestion(question));
  yield* decodeProcTable(takeBatches(addon, reading), names, links.length, files.length);
}

/** The thread ids of a process; none when it is gone or hidden. */
export function listThreads(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch (error) {
    if (isSyscallError(error)) return [];
    throw error;
  }
}

/** One directory, by Node alone. */
export function readEntry(directory: string, name: string, question: Omit<ProcQuestion, 'names'>): ProcEntry {
  let fd: number;
  try {
    fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    return { name, errno: errnoOf(error), uid: 0, links: [], files: [] };
  }
  try {
    const here = `/proc/self/fd/${fd}`;
    return {
      name,
      errno: 0,
      uid: fstatSync(fd).uid,
      links: question.links.map((link) => readLinkNumber(`${here}/${link}`)),
      files: question.files.map((file) => readWhole(`${here}/${file}`, question.maxFileBytes)),
    };
  } finally {
    closeSync(fd);
  }
}

function readLinkNumber(path: string): number {
  try {
    const match = /\[(\d+)\]$/.exec(readlinkSync(path));
    return match ? Number(match[1]) : -22;
  } catch (error) {
    return -errnoOf(error);
  }
}

function readWhole(path: string, maxBytes: number): Buffer | number {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const parts: Buffer[] = [];
    let size = 0;
    while (size < maxBytes) {
      const part = Buffer.allocUnsafe(Math.min(maxBytes - size, Math.max(4096, size)));
      const got = readSync(fd, part, 0, part.length, null);
      if (got === 0) break;
      parts.push(part.subarray(0, got));
      size += got;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  } catch (error) {
    return -errnoOf(error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Node gives errno with the sign turned. */
function errnoOf(error: unknown): number {
  if (isSyscallError(error)) return Math.abs(error.errno);
  throw error;
}
