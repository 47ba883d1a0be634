// What each process says of its mounts, as a digest: /proc/PID/mounts or /proc/PID/mountinfo, which anybody may read.
import { createHash } from 'node:crypto';
import { type Known, type Unknown, unknownFromErrno } from '../../model/snapshot/known.ts';
import { nameErrno } from '../addon/syscall-error.ts';
import { listPids } from '../proc/pids.ts';
import { readProcTable } from '../proc/proc-table.ts';

interface MountDigest {
  readonly pid: number;
  /** The first 16 hexadecimal digits of SHA-256; why there is none where the file could not be read (a zombie: EINVAL), or is empty. */
  readonly digest: Known<string>;
}

/** A mount namespace may hold 100,000 mounts: fs.mount-max of proc_sys_fs(5). */
const maxBytes = 2 ** 24;

/** So many at once, so that thousands of processes with long files do not fill the memory. */
const atOnce = 500;

/** Those that ended meanwhile are left out. @throws SyscallError where there is no /proc */
export function* readMountDigests(file: 'mounts' | 'mountinfo'): Generator<MountDigest> {
  const pids = listPids();
  for (let start = 0; start < pids.length; start += atOnce) {
    const names = pids.slice(start, start + atOnce).map(String);
    const question = { names, links: [], files: [file, 'stat'], maxFileBytes: maxBytes };
    for (const { name, errno, files } of readProcTable(question)) {
      const [bytes, stat] = files;
      // The stat file comes last: where it can be read the process was there all along.
      if (errno !== 0 || !(stat instanceof Buffer) || stat.length === 0 || bytes === undefined) continue;
      yield { pid: Number(name), digest: digestOf(bytes) };
    }
  }
}

/** No two processes can be told apart, or put together, by mounts that neither sees. */
const seesNone: Unknown = Object.freeze({
  unknown: 'unsupported',
  detail: 'it sees no mounts: a kernel thread (Linux 7.3), or a root below which nothing is mounted, as in failfs',
});

function digestOf(bytes: Buffer | number): Known<string> {
  if (typeof bytes === 'number') return unknownFromErrno(nameErrno(-bytes));
  if (bytes.length === 0) return seesNone;
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
