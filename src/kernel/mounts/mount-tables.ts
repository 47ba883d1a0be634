// All mounts of many mount namespaces. Where a process is in one, its mountinfo has all but the 64-bit ids, in a fifth of
// the time of statmount(2), which is a system call for each mount: listmount(2) before and after gives these ids, and
// shows that the process sees all mounts and that none came or went meanwhile. Where the two do not agree, where a mount
// is idmapped, and where no process is, statmount(2) is asked. Before Linux 6.12 mountinfo is all that there is.
import { isKnown, type Known, type Unknown, unknownFromErrno } from '../../model/snapshot/known.ts';
import type { Mount } from '../../model/snapshot/schema.ts';
import { loadAddon } from '../addon/addon.ts';
import { nameErrno } from '../addon/syscall-error.ts';
import { attempt, readLink } from '../files/files.ts';
import { closeNamespace, type OpenNamespace } from '../nsfs/nsfs.ts';
import { openFound } from '../nsfs/open-namespace.ts';
import { readProcTable } from '../proc/proc-table.ts';
import { describeRecord } from './describe-mount.ts';
import { describeLines, isListOf, isSameList, MountWordCache, splitMountinfo } from './mount-lines.ts';
import { decodeMountErrors, decodeWholeMounts, type MountRecord } from './mount-records.ts';
import { listMounts, type MountList, readMountinfoIn, readMounts } from './mounts.ts';

/** A mount namespace whose mounts are to be read. */
export interface TableQuestion {
  readonly inode: number;
  /** Its 64-bit id, where it is known. */
  readonly id: string | undefined;
  /** Whether nscope is in it, and lists no more than its own root leads to. */
  readonly own: boolean;
  /** Processes in it, the one that stands for it first. */
  readonly pids: readonly number[];
  /** Other paths that lead to it. */
  readonly paths: readonly string[];
  /**
   * Whether mounts in it may be locked: not where the initial user namespace owns it. Of which the kernel tells nobody, so
   * that it is not known of any.
   */
  readonly mayBeLocked: boolean;
}

/** What was read of one; `gone` where it ended meanwhile. */
export interface TableReading {
  readonly inode: number;
  readonly via: 'statmount' | 'mountinfo' | 'none';
  readonly pid?: number;
  readonly cut?: string;
  readonly mounts: Known<readonly Mount[]>;
}

/** Which interfaces may be asked: all but in tests of one alone. */
export interface TableWays {
  readonly statmount: boolean;
  readonly mountinfo: boolean;
}

/** A mount namespace has 100,000 mounts at the most, unless fs.mount-max was raised: proc_sys_fs(5). */
const maxBytes = 2 ** 25;

/** So many at once, so that a thousand long files do not fill the memory, and little happens between two lists. */
const atOnce = 50;

/** So many processes of a mount namespace are tried until one sees it from its own root. */
const maxTries = 4;

/** @returns in the same order; those that could not be read have the last refusal */
export function* readMountTables(
  questions: readonly TableQuestion[],
  ways: TableWays = { statmount: true, mountinfo: true },
): Generator<TableReading> {
  const cache = new MountWordCache();
  const addon = 'addon' in loadAddon();
  const usable = { ...ways, statmount: ways.statmount && addon };
  for (let start = 0; start < questions.length; start += atOnce) {
    const some = questions.slice(start, start + atOnce);
    const before = listAll(some, usable);
    const files = usable.mountinfo ? readFiles(some.map(({ inode, pids: [pid] }) => ({ inode, pid }))) : [];
    const after = listAll(some, usable);
    for (const [at, question] of some.entries())
      yield pair(question, files[at], before[at], after[at], cache) ??
        readSingly(question, usable, addon, cache, files[at]);
  }
}

const noList: Unknown = unknownFromErrno('ENOSYS');

function listAll(questions: readonly TableQuestion[], { statmount }: TableWays): readonly Known<MountList>[] {
  if (!statmount) return questions.map(() => noList);
  const lists = listMounts(questions.map(({ id }) => BigInt(id ?? 0)));
  return questions.map(({ id }, at) => (id === undefined ? noList : (lists[at] ?? noList)));
}

interface ProcessFile {
  readonly pid: number;
  readonly file: Buffer | number;
}

/** In the same order; undefined where there is no such process any more, or it is elsewhere. */
function readFiles(
  asked: readonly { readonly inode: number; readonly pid: number | undefined }[],
): (ProcessFile | undefined)[] {
  const present = asked.filter(({ pid }) => pid !== undefined);
  const question = {
    names: present.map(({ pid }) => String(pid)),
    links: ['ns/mnt'],
    files: ['mountinfo'],
    maxFileBytes: maxBytes,
  };
  const found = new Map<number, ProcessFile>();
  let at = 0;
  for (const { errno, links, files } of readProcTable(question)) {
    const { inode, pid } = present[at++] ?? {};
    const [file] = files;
    const [link = 0] = links;
    if (errno !== 0 || file === undefined || inode === undefined || pid === undefined) continue;
    // Where the link is refused, the list of ids or a remark decides: anybody may read mountinfo.
    if (link === inode || link < 0) found.set(inode, { pid, file });
  }
  return asked.map(({ inode }) => found.get(inode));
}

/** Undefined where the file and the lists do not agree, or one is missing. */
function pair(
  { inode, id, mayBeLocked }: TableQuestion,
  found: ProcessFile | undefined,
  before: Known<MountList> | undefined,
  after: Known<MountList> | undefined,
  cache: MountWordCache,
): TableReading | undefined {
  if (id === undefined || !found || typeof found.file === 'number' || found.file.length >= maxBytes) return undefined;
  if (!before || !after || !isKnown(before) || !isKnown(after) || !isSameList(before, after)) return undefined;
  const lines = splitMountinfo(found.file, cache);
  if (!isListOf(after, lines)) return undefined;
  // Which ids an idmapped mount shows statmount(2) alone tells.
  if (lines.words.some(({ options }) => options.includes('idmapped'))) return undefined;
  return {
    inode,
    via: 'mountinfo',
    pid: found.pid,
    mounts: Object.freeze(describeLines(lines, after.ids, mayBeLocked)),
  };
}

/** By statmount(2), else by the mountinfo of several processes, of which the first was read, else from within. */
function readSingly(
  question: TableQuestion,
  ways: TableWays,
  addon: boolean,
  cache: MountWordCache,
  first: ProcessFile | undefined,
): TableReading {
  const { inode, id, pids, mayBeLocked } = question;
  let refusal: Unknown = unknownFromErrno('ENOENT');
  if (ways.statmount && id !== undefined) {
    const records = readByStatmount(question, BigInt(id));
    if (isKnown(records)) {
      const better = ways.mountinfo && !records.every(({ source }) => source !== undefined);
      const mounts = Object.freeze(records.map((record) => describeRecord(record, mayBeLocked)));
      return (better ? pairInside(question, cache) : undefined) ?? { inode, via: 'statmount', mounts };
    }
    refusal = records;
  }
  let cut: TableReading | undefined;
  for (const pid of ways.mountinfo ? pids.slice(0, maxTries) : []) {
    const [found] = pid === first?.pid ? [first] : readFiles([{ inode, pid }]);
    if (!found) continue;
    if (typeof found.file === 'number') {
      refusal = unknownFromErrno(nameErrno(-found.file));
      continue;
    }
    const why = explainCut(found.file, readLink(`/proc/${pid}/root`));
    const whole = found.file.length < maxBytes ? found.file : found.file.subarray(0, found.file.lastIndexOf(10) + 1);
    const mounts = Object.freeze(describeLines(splitMountinfo(whole, cache), undefined, mayBeLocked));
    if (why === undefined) return { inode, via: 'mountinfo', pid, mounts };
    if (!cut || (isKnown(cut.mounts) && cut.mounts.length < mounts.length))
      cut = { inode, via: 'mountinfo', pid, cut: why, mounts };
  }
  const inside = addon && ways.mountinfo ? withOpen(question, ({ fd }) => readMountinfoIn(fd)) : refusal;
  if (isKnown(inside))
    return {
      inode,
      via: 'mountinfo',
      mounts: Object.freeze(describeLines(splitMountinfo(inside, cache), undefined, mayBeLocked)),
    };
  return cut ?? { inode, via: 'none', mounts: refusal.errno === 'ENOENT' ? inside : refusal };
}

/** What a thread sees that goes in, with the ids: where statmount(2) does not tell sources, before Linux 6.13. */
function pairInside(question: TableQuestion, cache: MountWordCache): TableReading | undefined {
  const text = withOpen(question, ({ fd }) => readMountinfoIn(fd));
  const [list] = listMounts([BigInt(question.id ?? 0)]);
  if (!isKnown(text) || !list || !isKnown(list)) return undefined;
  const lines = splitMountinfo(text, cache);
  if (!isListOf(list, lines)) return undefined;
  const { inode, mayBeLocked } = question;
  return { inode, via: 'mountinfo', mounts: Object.freeze(describeLines(lines, list.ids, mayBeLocked)) };
}

/** A kernel thread sees none from Linux 7.3 on, while its root is said to be "/"; so does a process whose root is failfs. */
function explainCut(file: Buffer, root: Known<string>): string | undefined {
  if (file.length === 0) return 'it was read through a process that sees no mounts';
  if (!isKnown(root)) return 'whether the process through which it was read lives in a chroot is not known';
  if (root !== '/') return 'it was read through a process that lives in a chroot, and sees the mounts below that alone';
  return file.length < maxBytes ? undefined : `its mountinfo is longer than ${maxBytes} bytes`;
}

/** A mount that goes away meanwhile is left out. In the own mount namespace a thread asks from the top. */
function readByStatmount(question: TableQuestion, id: bigint): Known<readonly MountRecord[]> {
  const packed = question.own
    ? withOpen({ ...question, paths: ['/proc/self/ns/mnt'] }, ({ fd }) => readMounts(id, {}, fd))
    : attempt(() => readMounts(id));
  const read = isKnown(packed) ? packed : attempt(() => readMounts(id));
  if (!isKnown(read)) return read;
  const refused = decodeMountErrors(read)
    .map(nameErrno)
    .find((errno) => errno !== 'ENOENT');
  if (refused !== undefined) return unknownFromErrno(refused);
  return [...decodeWholeMounts(read)];
}

function withOpen<T>({ inode, id, pids, paths }: TableQuestion, read: (open: OpenNamespace) => T): Known<T> {
  const links = pids.slice(0, maxTries).map((pid) => `/proc/${pid}/ns/mnt`);
  const open = openFound({ type: 'mnt', inode, id, paths: [...paths, ...links] });
  if (!isKnown(open)) return open;
  try {
    return attempt(() => read(open));
  } finally {
    closeNamespace(open);
  }
}
