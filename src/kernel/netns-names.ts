// The names of ip netns: files in /run/netns on which network namespaces are mounted, ip-netns(8). Where engines share the
// directory with a container, what lies there is that container's to choose.
import type { Known } from '../model/known.ts';
import type { Place } from './file-calls.ts';
import { attempt } from './files.ts';
import { checkNamespace, lookAtNamespaceFile } from './namespace-files.ts';
import { listPlace } from './shaped-files.ts';
import { reach } from './shaped-path.ts';

export const netnsDirectory = '/run/netns';

/** More names than this are not read. */
const maxNames = 100_000;

export interface NetnsName {
  readonly name: string;
  readonly path: string;
  /** Inode number of the namespace; ENOTTY for a file on which none is mounted (any more), ETIMEDOUT. */
  readonly inode: Known<number>;
}

export interface NetnsNames {
  readonly names: readonly NetnsName[];
  /** Whether there are more. */
  readonly cut: boolean;
}

/** @returns the names, or why the directory could not be read: ENOENT where there are none */
export function readNetnsNames(): Known<NetnsNames> {
  return attempt(() =>
    reach({ path: netnsDirectory, links: 'directories' }, (directory) => {
      const { names, cut } = listPlace(directory, maxNames);
      return { cut, names: names.map((name) => readName(directory, name)) };
    }),
  );
}

function readName({ fd }: Place, name: string): NetnsName {
  const path = `${netnsDirectory}/${name}`;
  const inode = attempt(
    () =>
      reach({ root: fd, path: name }, (place) => {
        return place.look.type === 'link' ? undefined : checkNamespace(place).look.inode;
      }) ?? lookAtNamespaceFile(path).inode,
  );
  return { name, path, inode };
}
