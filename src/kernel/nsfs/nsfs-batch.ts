// What ioctl_nsfs(2) answers about many namespaces, in one call of the addon: nsReadAll of native/nsfs-batch.c.
import { type Known, unknownFromErrno } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { viewWords } from '../../parse/records/bpf-words.ts';
import { requireAddon } from '../addon/require-addon.ts';
import { nameErrno } from '../addon/syscall-error.ts';
import { countReaders } from '../proc/proc-reading.ts';
import { type NamespacePath, packPaths } from './namespace-paths.ts';

export interface NsfsAnswers {
  readonly dev: number;
  /** When its inode came into being, in ms since 1970: as OpenNamespace has it. */
  readonly openedAtMs: number;
  /** Inode number of the user namespace that owns it; EPERM where that is outside of the caller's. */
  readonly owner: Known<number>;
  /** Inode number of the parent, of pid namespaces alone: that of a user namespace is its owner. */
  readonly parent: Known<number> | undefined;
  /** Of user namespaces alone: nsGetOwnerUid. */
  readonly creatorUid: Known<number> | undefined;
  /** nsGetId, or of mount namespaces nsGetMntnsId. */
  readonly id: Known<string>;
}

const askParent = 1;
const askOwnerUid = 2;
const askMntnsId = 4;
const questions: Readonly<Partial<Record<NamespaceType, number>>> = {
  pid: askParent,
  user: askOwnerUid,
  mnt: askMntnsId,
};

/** Of struct answers. */
const recordWords = 18;
const wordValues = 0x1_0000_0000;

/**
 * Opens each path, asks what stands behind it, and closes it again.
 * @returns in the same order what it answered, or why the path could not be opened: ESTALE where it leads elsewhere by now
 * @throws AddonMissingError
 * @see ioctl_nsfs(2)
 */
export function readNsfsAnswers(
  namespaces: readonly (NamespacePath & { readonly type: NamespaceType })[],
): Known<NsfsAnswers>[] {
  const { paths, inodes } = packPaths(namespaces);
  const what = Uint8Array.from(namespaces, ({ type }) => questions[type] ?? 0);
  const words = viewWords(requireAddon().nsReadAll(paths, inodes, what, countReaders()));
  return namespaces.map(({ type }, index) => decode(words, index * recordWords, type));
}

function decode(words: Uint32Array, at: number, type: NamespaceType): Known<NsfsAnswers> {
  const errno = words[at] as number;
  if (errno !== 0) return unknownFromErrno(nameErrno(errno));
  return {
    dev: readLong(words, at + 6),
    owner: known(words[at + 1], readLong(words, at + 8)),
    parent: type === 'pid' ? known(words[at + 2], readLong(words, at + 10)) : undefined,
    creatorUid: type === 'user' ? known(words[at + 3], words[at + 5] as number) : undefined,
    id: known(words[at + 4], readId(words, at + 12)),
    openedAtMs: readLong(words, at + 14) * 1000 + readLong(words, at + 16) / 1e6,
  };
}

function known<T>(errno: number | undefined, value: T): Known<T> {
  return errno === 0 ? value : unknownFromErrno(nameErrno(errno ?? 0));
}

function readLong(words: Uint32Array, at: number): number {
  return (words[at] as number) + (words[at + 1] as number) * wordValues;
}

/** Ids count from the boot on: few need more than a number holds exactly. */
function readId(words: Uint32Array, at: number): string {
  const id = readLong(words, at);
  return Number.isSafeInteger(id)
    ? String(id)
    : String((BigInt(words[at + 1] as number) << 32n) | BigInt(words[at] as number));
}
