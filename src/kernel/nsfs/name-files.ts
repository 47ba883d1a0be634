// What lies in a directory in which names of namespaces are kept: namespaces, and files and links that lead to none (any
// more). ip-netns(8)
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { FileLook } from '../files/file-calls.ts';
import { attempt } from '../files/files.ts';
import { listPlace, lookAtShaped, readShapedLink } from '../files/shaped-files.ts';
import { reach } from '../files/shaped-path.ts';
import { type BoundNamespaces, nameNamespaceFile } from './namespace-files.ts';

/** More names than this are not read. */
const maxNames = 100_000;

interface NameFileLook {
  readonly path: string;
  /** Of the entry itself: a link is not followed. */
  readonly look: Known<FileLook>;
  /** ENOTTY for what is not a namespace, ENOENT for a link that leads nowhere, EACCES, ETIMEDOUT. */
  readonly named: Known<{ readonly type: NamespaceType; readonly inode: number }>;
  /** Where a link leads by its own words. */
  readonly link: Known<string> | undefined;
}

interface NameFiles {
  readonly files: readonly NameFileLook[];
  /** Whether there are more. */
  readonly cut: boolean;
}

/**
 * @param directory - absolute, without a link on the way
 * @returns why the directory could not be read: ENOENT where there is none, ELOOP where a link leads there
 */
export function readNameFiles(directory: string, bound: BoundNamespaces): Known<NameFiles> {
  return attempt(() =>
    reach({ path: directory }, (place) => {
      const { names, cut } = listPlace(place, maxNames);
      const files = names.map((name): NameFileLook => {
        const path = `${directory}/${name}`;
        const shaped = { root: place.fd, path: name };
        const look = lookAtShaped(shaped);
        const isLink = isKnown(look) && look.type === 'link';
        const named = attempt(() => nameNamespaceFile(path, bound));
        return { path, look, named, link: isLink ? readShapedLink(shaped) : undefined };
      });
      return { files, cut };
    }),
  );
}
