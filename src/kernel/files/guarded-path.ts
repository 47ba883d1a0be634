// Whether anybody but certain users can put something else at a path. Owners and permissions of every directory on it:
// inode(7).
import { isKnown } from '../../model/snapshot/known.ts';
import type { FileLook } from './file-calls.ts';
import { lookAtShaped } from './shaped-files.ts';

const writableByGroup = 0o020;
const writableByOthers = 0o002;
const sticky = 0o1000;

interface GuardOptions {
  /** What stands before the path: that of another root directory. */
  readonly root?: string;
  /** Whether nothing need be there any more, where nobody else could have put it there. */
  readonly mayBeGone?: boolean;
  /** Whether others may write to what lies there, as to a socket; nobody else can put something in its place. */
  readonly mayBeWritten?: boolean;
}

/**
 * Whether only users of `uids` can have put there what lies at an absolute path, and only they can replace or change it.
 * Every directory on the way is theirs, and none is a symbolic link. It is looked at from the root on and no further than
 * the first that is somebody else's, whose file system may answer what it likes, or never.
 */
export function isGuardedPath(path: string, uids: ReadonlySet<number>, options: GuardOptions = {}): boolean {
  const { root = '', mayBeGone = false, mayBeWritten = false } = options;
  if (!path.startsWith('/')) return false;
  const names = path.split('/').filter((name) => name !== '');
  if (names.includes('..')) return false;
  let shared = false;
  for (let i = 0; i <= names.length; i++) {
    const isLast = i === names.length;
    const look = lookAtShaped({ root: root === '' ? '/' : root, path: names.slice(0, i).join('/') });
    if (!isKnown(look)) return look.unknown === 'gone' && isLast && mayBeGone && !shared;
    if (!uids.has(look.uid) || look.type === 'link') return false;
    // Hard links to what is root's may be put into a directory that all may write to.
    if (isLast) return !shared && (mayBeWritten || !isWritableByOthers(look));
    shared = isWritableByOthers(look);
    // In a sticky directory nobody can replace what is another's.
    if (look.type !== 'directory' || (shared && (look.mode & sticky) === 0)) return false;
  }
  return false;
}

/** Whether others than the owner may write; root's own group is root. */
export function isWritableByOthers({ mode, gid }: Pick<FileLook, 'mode' | 'gid'>): boolean {
  return (mode & writableByOthers) !== 0 || ((mode & writableByGroup) !== 0 && gid !== 0);
}
