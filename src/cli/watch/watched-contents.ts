// The mounts and links that `nscope watch --mounts --links` is asked to watch.

import { maxContents } from '../../live/contents/contents.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { nameHomes } from '../../render/words/group-names.ts';
import { readTarget } from '../reading/optional-target.ts';
import { NotFoundError, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

const contentOptions = [
  ['mounts', 'mnt'],
  ['links', 'net'],
] as const;

/** Nothing was read yet. @throws UsageError */
export async function checkContents({ repeated }: GivenCommand): Promise<void> {
  for (const [name] of contentOptions) {
    const words = repeated[name] ?? [];
    for (const word of words) await readTarget(word);
    if (words.length > maxContents)
      throw new UsageError(`--${name} takes ${maxContents} TARGETs at most, not ${words.length}`);
  }
}

export interface WatchedContents {
  readonly mounts: readonly number[];
  readonly links: readonly number[];
  /** Whose the namespace of an event is, of mounts and links. */
  whose(type: NamespaceType, inode: number): string | null;
  /**
   * The kernel gives the inode of one that has ended to the next.
   * @throws NotFoundError where the state, read after the TARGETs, has another namespace in the place of one of them
   */
  checkSame(state: Pick<Snapshot, 'namespaces'>): void;
}

/** @throws UsageError, NotFoundError for a TARGET that leads to no such namespace */
export async function findContents(options: OptionValues, { repeated }: GivenCommand): Promise<WatchedContents> {
  if (!options.mounts && !options.links) return { mounts: [], links: [], whose: () => null, checkSame: () => {} };
  const { findNamespaceInode, readNamespaces } = await import('../reading/find-namespace.ts');
  const index = await readNamespaces(options);
  const nameOf = nameHomes(index);
  // The snapshot itself is not kept.
  const names = new Map<string, string>();
  const find = (name: 'mounts' | 'links', type: 'mnt' | 'net'): number[] => {
    const words = [...(repeated[name] ?? []), ...(options[name] === true ? ['self'] : [])];
    const inodes = words.map((word) => findNamespaceInode(word, type, index, options));
    for (const inode of inodes) names.set(formatNamespace(type, inode), nameOf(type, inode));
    return inodes;
  };
  const [mounts = [], links = []] = contentOptions.map(([name, type]) => find(name, type));
  const ids = listIds(index.snapshot);
  return {
    mounts,
    links,
    whose: (type, inode) => names.get(formatNamespace(type, inode)) ?? null,
    checkSame: (state) => {
      const now = listIds(state);
      for (const [name, whose] of names) {
        const [was, is] = [ids.get(name), now.get(name)];
        if (was !== undefined && is !== undefined && was !== is)
          throw new NotFoundError(`${name} of ${whose} has ended, and its number is that of another namespace by now`);
      }
    },
  };
}

/** 64-bit ids by name, of those that have one. */
function listIds({ namespaces }: Pick<Snapshot, 'namespaces'>): ReadonlyMap<string, string> {
  return new Map(
    namespaces.flatMap(({ type, inode, id }) => (typeof id === 'string' ? [[formatNamespace(type, inode), id]] : [])),
  );
}
