// User and time namespaces by what /proc shows of them: equal maps or offsets make it likely, never certain, that two
// processes are in one.

import { DisjointSets } from '../collections/disjoint-sets.ts';
import type { ProcessFact, SignsFact } from '../facts/facts.ts';
import type { Grouping, InferredBy, Signs } from './signs.ts';

type Companionship = (process: ProcessFact, type: 'mnt' | 'pid') => string | undefined;

/**
 * What looks like the initial namespace is taken for it. Elsewhere two processes that look alike are taken for companions
 * when one is the other's parent, or when they share a mount or pid namespace that is not the host's: two sandboxes of one
 * user look alike, and share nothing else.
 */
export function groupByLikeness(
  signs: Signs,
  type: 'user' | 'time',
  look: (signs: SignsFact) => string | undefined,
  by: InferredBy,
  companionship: Companionship,
): Grouping {
  const lookOf = (process: ProcessFact) => {
    const read = signs.of(process);
    return read && look(read);
  };
  const initialLook = findInitialLook(signs, type, lookOf);
  const sets = new DisjointSets<string>();
  for (const process of signs.withSigns) {
    const seen = lookOf(process);
    if (seen === undefined || seen === initialLook) continue;
    const own = `${process.pid}`;
    const parent = signs.parentOf(process);
    if (parent && lookOf(parent) === seen) sets.join(`${parent.pid}`, own);
    for (const shared of ['mnt', 'pid'] as const) {
      const key = companionship(process, shared);
      if (key !== undefined && !isHosts(signs, companionship, shared, key)) sets.join(`${shared} ${key} ${seen}`, own);
    }
  }
  return {
    signOf: (process) => {
      const seen = lookOf(process);
      if (seen === undefined) return undefined;
      return { key: seen === initialLook ? 'initial' : sets.root(`${process.pid}`), by, certainty: 'likely' };
    },
    distinct: 'likely',
  };
}

/** How the initial namespace looks from here: that of a process that is known to be in it. */
function findInitialLook(
  signs: Signs,
  type: 'user' | 'time',
  lookOf: (process: ProcessFact) => string | undefined,
): string | undefined {
  for (const process of signs.withSigns) {
    const inode = signs.inodeOf(process, type);
    if (inode === undefined || !signs.isInitial(type, inode)) continue;
    const seen = lookOf(process);
    if (seen !== undefined) return seen;
  }
  return undefined;
}

function isHosts(signs: Signs, companionship: Companionship, type: 'mnt' | 'pid', key: string): boolean {
  return [signs.get(1), signs.kthreadd].some((process) => process && companionship(process, type) === key);
}
