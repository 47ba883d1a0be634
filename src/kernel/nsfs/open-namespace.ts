// Opens a namespace in whatever way still leads to it: paths first, then the handle made of its 64-bit id.
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { attempt } from '../files/files.ts';
import { openNsHandle } from './handles.ts';
import { closeNamespace, identify, type OpenNamespace, openByPaths } from './nsfs.ts';

interface NamespaceAddress {
  readonly type: NamespaceType;
  readonly inode: number;
  readonly paths: readonly string[];
  readonly id: string | undefined;
}

/** @returns the namespace, which the caller closes with closeNamespace, or why no way led to it */
export function openFound({ type, inode, paths, id }: NamespaceAddress): Known<OpenNamespace> {
  const byPath = openByPaths(paths, inode);
  if (isKnown(byPath) || id === undefined) return byPath;
  const byHandle = attempt(() => identify(openNsHandle({ id: BigInt(id), type, inode })));
  if (!isKnown(byHandle)) return paths.length > 0 ? byPath : byHandle;
  if (byHandle.inode === inode) return byHandle;
  closeNamespace(byHandle);
  return byPath;
}
