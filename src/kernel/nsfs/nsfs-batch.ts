// What ioctl_nsfs(2) answers about many namespaces, in one call of the addon: nsReadAll of native/nsfs-batch.c.
import { type Known, unknownFromErrno } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { layOut } from '../../parse/records/layout.ts';
import { RecordReader } from '../../parse/records/record-reader.ts';
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

export const answersLayout = layOut('struct answers of native/nsfs-batch.c', {
  err: 's32',
  owner_err: 's32',
  parent_err: 's32',
  uid_err: 's32',
  id_err: 's32',
  uid: 'u32',
  dev: 'u64',
  owner: 'u64',
  parent: 'u64',
  id: 'u64',
  seconds: 's64',
  nanoseconds: 's64',
});

const { word } = answersLayout;

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
  const answers = new RecordReader(requireAddon().nsReadAll(paths, inodes, what, countReaders()));
  return namespaces.map(({ type }, index) => decode(answers.goTo(index * answersLayout.words), type));
}

function decode(answers: RecordReader, type: NamespaceType): Known<NsfsAnswers> {
  const errno = answers.u32(word.err);
  if (errno !== 0) return unknownFromErrno(nameErrno(errno));
  return {
    dev: answers.long(word.dev),
    owner: known(answers.u32(word.owner_err), answers.long(word.owner)),
    parent: type === 'pid' ? known(answers.u32(word.parent_err), answers.long(word.parent)) : undefined,
    creatorUid: type === 'user' ? known(answers.u32(word.uid_err), answers.u32(word.uid)) : undefined,
    id: known(answers.u32(word.id_err), answers.id(word.id)),
    openedAtMs: answers.long(word.seconds) * 1000 + answers.long(word.nanoseconds) / 1e6,
  };
}

function known<T>(errno: number, value: T): Known<T> {
  return errno === 0 ? value : unknownFromErrno(nameErrno(errno));
}
