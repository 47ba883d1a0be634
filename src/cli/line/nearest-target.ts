// What may have been meant by a TARGET that leads nowhere: the same name in another place, or one a slip away.
import { parseTarget } from '../../analysis/target/parse-target.ts';
import { isKnown, knownOr } from '../../model/snapshot/known.ts';
import { formatNamespace, namespaceLinks } from '../../model/snapshot/namespace-types.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { findSimilar } from '../table/errors.ts';

/** A name of something that is there, and the target that leads to it. */
interface Named {
  readonly name: string;
  readonly target: string;
}

/** @returns a target that leads somewhere in this snapshot, or undefined; not yet safe for a terminal */
export function findNearestTarget(word: string, snapshot: Snapshot): string | undefined {
  const query = parseTarget(word);
  switch (query.form) {
    case 'inode': {
      const other = snapshot.namespaces.find(({ inode }) => inode === query.inode);
      return other && formatNamespace(other.type, other.inode);
    }
    case 'path':
      return findNearestPath(query.path, snapshot);
    case 'workload':
      return findNearestName(query.name, `${query.engine}:`, listNames(snapshot));
    case 'name': {
      const names = listNames(snapshot);
      const processes = snapshot.processes.map(({ comm }): Named => ({ name: comm, target: comm }));
      if (query.type !== undefined) return findNearestName(query.name, `${query.type}:`, names);
      return findNearestName(query.name, '', [...names, ...processes]);
    }
    default:
      return undefined;
  }
}

/** Those of namespaces, hosts and workloads. */
function listNames({ namespaces, workloads }: Snapshot): Named[] {
  const toNamed = (prefix: string, name: string): Named => ({ name, target: `${prefix}:${name}` });
  return [
    ...namespaces.flatMap(({ type, names }) => names.map(({ name }) => toNamed(type, name))),
    ...namespaces.flatMap(({ uts }) => (uts !== undefined && isKnown(uts) ? toNamed('uts', uts.nodename) : [])),
    ...knownOr(workloads, []).map(({ engine, name }) => toNamed(engine, name)),
  ];
}

/** The same name comes before one that is alike, and one with the same prefix before the others. */
function findNearestName(name: string, prefix: string, all: readonly Named[]): string | undefined {
  const own = all.filter(({ target }) => target.startsWith(prefix));
  const same = all.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (same) return same.target;
  for (const names of [own, all]) {
    const words = [...new Set(names.map((one) => one.name))].filter((one) => one !== '');
    const similar = findSimilar(name, words);
    if (similar !== undefined) return names.find((one) => one.name === similar)?.target;
  }
  return undefined;
}

function findNearestPath(path: string, { namespaces }: Snapshot): string | undefined {
  const [, links, link] = /^(\/proc\/[^/]+\/ns\/)([^/]+)$/.exec(path) ?? [];
  if (links !== undefined && link !== undefined) {
    const similar = findSimilar(link, namespaceLinks);
    return similar === undefined || similar === link ? undefined : links + similar;
  }
  const slash = path.lastIndexOf('/') + 1;
  const paths = namespaces.flatMap(({ names }) => names.map((one) => one.path));
  const beside = paths.filter((one) => one.lastIndexOf('/') + 1 === slash && one.startsWith(path.slice(0, slash)));
  const similar = findSimilar(
    path.slice(slash),
    beside.map((one) => one.slice(slash)),
  );
  return similar === undefined ? undefined : path.slice(0, slash) + similar;
}
