// The files of ip netns in /run/netns, and the namespaces to which they lead: ip-netns(8). Their directory says nothing of
// the type: whatever namespace somebody mounts there has a file like the others. Where engines share the directory with a
// container, what lies there is that container's to choose.
import type { Known } from '../../model/snapshot/known.ts';
import { type NamespaceType, netnsDirectory } from '../../model/snapshot/namespace-types.ts';
import type { NamespaceName } from '../../model/snapshot/schema.ts';
import type { OpenPath } from '../files/file-calls.ts';
import { attempt } from '../files/files.ts';
import { listPlace } from '../files/shaped-files.ts';
import { reach } from '../files/shaped-path.ts';
import { BoundNamespaces, nameNamespaceFile, nameOfPlace } from './namespace-files.ts';

/** More names than this are not read. */
const maxNames = 100_000;

interface NetnsFile {
  readonly path: string;
  /** ENOTTY for a file on which no namespace is mounted (any more), ETIMEDOUT. */
  readonly named: Known<NamedNamespace>;
}

interface NamedNamespace {
  readonly type: NamespaceType;
  readonly inode: number;
  /** `ip-netns` for a network namespace. What else somebody mounted there ip(8) did not name. */
  readonly name: NamespaceName;
}

interface NetnsFiles {
  readonly files: readonly NetnsFile[];
  /** Whether there are more. */
  readonly cut: boolean;
}

/** @returns the files, or why the directory could not be read: ENOENT where there are none */
export function readNetnsFiles(): Known<NetnsFiles> {
  const bound = new BoundNamespaces();
  return attempt(() =>
    reach({ path: netnsDirectory, links: 'directories' }, (directory) => {
      const { names, cut } = listPlace(directory, maxNames);
      return { cut, files: names.map((name) => readFile(directory, name, bound)) };
    }),
  );
}

function readFile({ fd }: OpenPath, name: string, bound: BoundNamespaces): NetnsFile {
  const path = `${netnsDirectory}/${name}`;
  const named = attempt(() => {
    const namespace =
      reach({ root: fd, path: name }, (place) =>
        place.look.type === 'link' ? undefined : nameOfPlace(place, bound),
      ) ?? nameNamespaceFile(path, bound);
    return { ...namespace, name: { kind: namespace.type === 'net' ? 'ip-netns' : 'bind-mount', name, path } } as const;
  });
  return { path, named };
}
