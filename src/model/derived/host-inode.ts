// Which namespaces the host's init is in, as far as that is known or inferred; else those of nscope.
import { isKnown } from '../snapshot/known.ts';
import type { NamespaceType } from '../snapshot/namespace-types.ts';
import type { Snapshot } from '../snapshot/schema.ts';

/** The host's namespace of a type, by inode; where none is known to be, the one that nscope is in. */
export function findHostInode({ namespaces, host }: Snapshot, type: NamespaceType): number | undefined {
  const found = namespaces.find(
    (one) => one.type === type && (one.host === true || (one.host !== false && one.hostInferred?.host === true)),
  );
  if (found) return found.inode;
  const own = host.vantage.namespaces[type];
  return isKnown(own) ? own : undefined;
}
