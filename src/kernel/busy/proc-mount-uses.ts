// What keeps super blocks and block devices in use, as far as /proc has it: fdinfo with the mount of each descriptor,
// working and root directories, and the device of what is mapped. proc_pid_fdinfo(5), proc_pid_maps(5)
import { closeSync, openSync } from 'node:fs';
import type { MountUse } from '../../model/evidence/mount-use.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { lookAt, pathOnly } from '../files/file-calls.ts';
import { attempt, readDirectory, readLink, readTextFile } from '../files/files.ts';
import { listPids } from '../proc/pids.ts';
import { listThreads } from '../proc/proc-table.ts';
import { describeOpen, type OpenPlace } from './named-places.ts';

interface ProcQuestion {
  readonly wanted: ReadonlySet<string>;
  readonly deviceOfMount: ReadonlyMap<number, string>;
  readonly descriptors: boolean;
  /** Directories, programs and mapped files. */
  readonly others: boolean;
}

export interface ProcUses {
  readonly uses: readonly MountUse[];
  readonly unseen: readonly string[];
}

/** Those that end meanwhile are left out. */
export function readProcUses(question: ProcQuestion): ProcUses {
  const uses: MountUse[] = [];
  const refused = new Map<string, number>();
  const note = (what: string, errno: string | undefined) => {
    if (errno !== 'EACCES' && errno !== 'EPERM') return;
    const key = `${what} (${errno})`;
    refused.set(key, (refused.get(key) ?? 0) + 1);
  };
  for (const pid of listPids()) {
    if (pid === process.pid) continue;
    const tids = [pid, ...listThreads(pid).filter((one) => one !== pid)];
    const task = findTask(pid, tids);
    if (question.descriptors) uses.push(...listDescriptors(pid, task, question, note));
    if (!question.others) continue;
    const seen = new Set<string>();
    for (const tid of tids) uses.push(...listDirectories(pid, tid, seen, question, note));
    uses.push(...listMapped(pid, task, question, note));
  }
  return { uses, unseen: [...refused].map(([what, count]) => `${what} of ${count} processes`) };
}

/** The directory of a thread that lives: a leader that has ended before others has nothing more. */
function findTask(pid: number, tids: readonly number[]): string {
  if (tids.length === 1 || isKnown(readLink(`/proc/${pid}/cwd`))) return `/proc/${pid}`;
  const alive = tids.find((tid) => isKnown(readLink(`/proc/${pid}/task/${tid}/cwd`)));
  return alive === undefined ? `/proc/${pid}` : `/proc/${pid}/task/${alive}`;
}

type Note = (what: string, errno: string | undefined) => void;

/** O_PATH as fdinfo shows it among the flags, in octal. */
const pathFlag = 0o10000000;

function* listDescriptors(
  pid: number,
  task: string,
  { wanted, deviceOfMount }: ProcQuestion,
  note: Note,
): Generator<MountUse> {
  const names = readDirectory(`${task}/fdinfo`);
  if (!isKnown(names)) {
    note('descriptors', names.errno);
    return;
  }
  for (const name of names) {
    const text = readTextFile(`${task}/fdinfo/${name}`);
    if (!isKnown(text)) continue;
    const mount = Number(/^mnt_id:\s+(\d+)/m.exec(text)?.[1]);
    const flags = Number.parseInt(/^flags:\s+(\d+)/m.exec(text)?.[1] ?? '0', 8);
    const known = deviceOfMount.get(mount);
    // Pipes and sockets are on mounts of the kernel's own, which no table has.
    const path = readLink(`${task}/fd/${name}`);
    if (!isKnown(path) || !path.startsWith('/')) continue;
    if (known !== undefined && !wanted.has(known) && !path.startsWith('/dev/')) continue;
    const look = attempt(() => lookThrough(`${task}/fd/${name}`));
    if (!isKnown(look)) continue;
    const use = { pid, tid: pid, fd: Number(name), path, isDirectory: look.isDirectory };
    const isPathOnly = Math.floor(flags / pathFlag) % 2 === 1;
    const device = known ?? look.device;
    if (wanted.has(device)) yield { ...use, kind: 'open-file', device, mount, isPathOnly };
    // O_PATH leads to the name of a device and does not open it.
    if (!isPathOnly && look.blockDevice !== undefined && wanted.has(look.blockDevice))
      yield { ...use, kind: 'open-device', device: look.blockDevice, isPathOnly };
  }
}

function* listDirectories(
  pid: number,
  tid: number,
  seen: Set<string>,
  { wanted, deviceOfMount }: ProcQuestion,
  note: Note,
): Generator<MountUse> {
  const task = pid === tid ? `/proc/${pid}` : `/proc/${pid}/task/${tid}`;
  for (const kind of ['cwd', 'root'] as const) {
    const path = readLink(`${task}/${kind}`);
    if (!isKnown(path)) {
      if (kind === 'cwd' && pid === tid) note('working and root directories', path.errno);
      continue;
    }
    // Threads have the same, but where they unshared them.
    if (seen.has(`${kind} ${path}`)) continue;
    seen.add(`${kind} ${path}`);
    const found = attempt(() => lookThrough(`${task}/${kind}`));
    if (!isKnown(found)) continue;
    const device = deviceOfMount.get(found.mount) ?? found.device;
    if (wanted.has(device))
      yield { kind, pid, tid, device, mount: found.mount, path, isDirectory: true, isPathOnly: false };
  }
}

/** Of a mapped file its device is told, and not its mount. */
function* listMapped(pid: number, task: string, { wanted }: ProcQuestion, note: Note): Generator<MountUse> {
  const text = readTextFile(`${task}/maps`);
  if (!isKnown(text)) {
    note('mapped files', text.errno);
    return;
  }
  const seen = new Set<string>();
  for (const line of text.split('\n')) {
    const [, major = '', minor = '', path = ''] =
      /^\S+ \S+ \S+ ([\da-f]+):([\da-f]+) [1-9]\d* +(\/.*)$/.exec(line) ?? [];
    const device = `${Number.parseInt(major, 16)}:${Number.parseInt(minor, 16)}`;
    if (path === '' || seen.has(path) || !wanted.has(device)) continue;
    seen.add(path);
    yield { kind: 'mapped-file', pid, tid: pid, device, path, isDirectory: false, isPathOnly: false };
  }
}

interface Through extends OpenPlace {
  readonly isDirectory: boolean;
}

/** What a link of /proc leads to, without opening it. @throws SyscallError */
export function lookThrough(path: string): Through {
  const fd = openSync(path, pathOnly);
  try {
    const { dev, type, mode } = lookAt(fd);
    return { ...describeOpen(fd, { dev, mode }), isDirectory: type === 'directory' };
  } finally {
    closeSync(fd);
  }
}
