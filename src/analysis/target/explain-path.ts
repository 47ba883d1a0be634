// Why a path does not lead to a namespace. What ip-netns(8) left behind, or a mount that only another mount namespace has.
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace, netnsDirectory } from '../../model/snapshot/namespace-types.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { quoteWord } from '../release/shell-words.ts';
import type { PathIdentity } from './target-error.ts';

/** Where ip-netns(8) keeps a name. */
export function pathOfName(name: string): string {
  return `${netnsDirectory}/${name}`;
}

/**
 * What there is to say of a path, as a sentence that names it.
 * @param there - the file that is there, seen from where nscope is; undefined: none
 * @returns undefined where the snapshot knows nothing of it
 */
export function explainPath(
  written: string,
  there: PathIdentity | undefined,
  index: SnapshotIndex,
): string | undefined {
  const path = written.replace(/\/+/g, '/').replace(/^\/var\/run\//, '/run/');
  const own = index.snapshot.host.vantage.namespaces.mnt;
  const elsewhere = index.snapshot.namespaces.flatMap(({ type, inode, holders }) =>
    holders.flatMap((holder) =>
      holder.kind === 'bind-mount' &&
      holder.path === path &&
      isKnown(holder.mountNamespace) &&
      holder.mountNamespace !== own
        ? [`${formatNamespace(type, inode)} is mounted there in ${formatNamespace('mnt', holder.mountNamespace)}`]
        : [],
    ),
  );
  const here = there ? `no namespace is mounted on ${written} here` : `${written} is not there`;
  const mine = isKnown(own) ? `, in ${formatNamespace('mnt', own)}, where nscope is` : '';
  if (elsewhere.length > 0) return `${here}${mine}; ${[...new Set(elsewhere)].join(', ')}`;
  // The mount point that ip makes is an empty file.
  const isEmptyFile = there?.type === 'file' && there.size === 0;
  if (isEmptyFile && path.startsWith(`${netnsDirectory}/`) && path.lastIndexOf('/') === netnsDirectory.length)
    return `${here}: it is a file that ip netns left behind; remove it: rm ${quoteWord(path)}`;
  return undefined;
}
