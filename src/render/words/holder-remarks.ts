// What is said below lists of holders: of several holders alike once, also where they hold several namespaces.
import type { HeldBy } from '../../analysis/release/find-holders.ts';
import { describeUnseen } from '../../model/build/unseen-holders.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, UnseenHolders } from '../../model/snapshot/schema.ts';

/** A namespace, and those of its holders that are listed. */
export interface HeldNamespace {
  readonly namespace: Namespace;
  readonly holders: readonly HeldBy[];
  /** Whether the kernel told what else holds it. */
  readonly isToldByKernel: boolean;
}

/** Not yet escaped. Last comes what may hold them without having been seen. */
export function describeHolderRemarks(
  held: readonly HeldNamespace[],
  unseenHolders: readonly UnseenHolders[],
): string[] {
  const notes = new Map<string, Set<string>>();
  const releases = new Map<string, Set<string>>();
  for (const holder of held.flatMap(({ holders }) => holders)) {
    const { kind, note, releaseNote } = holder;
    if (note !== undefined) notes.set(note, (notes.get(note) ?? new Set()).add(kind));
    if (releaseNote !== undefined)
      releases.set(releaseNote, (releases.get(releaseNote) ?? new Set()).add(nameHolder(holder)));
  }
  return [
    ...[...notes].map(([note, of]) => `${[...of].join(', ')}: ${note}`),
    ...[...releases].map(([note, of]) => `to release ${listSome([...of])}: ${note}`),
    ...describeGaps(held, unseenHolders),
  ];
}

/** The commands, not yet escaped, each on a line of its own that is never broken, so that it can be copied. */
export function describeReleases(holders: readonly HeldBy[]): readonly string[] {
  const releases = new Map<string, Set<string>>();
  for (const holder of holders) {
    const { release } = holder;
    if (release) releases.set(release, (releases.get(release) ?? new Set()).add(nameHolder(holder)));
  }
  return [...releases].flatMap(([release, of]) => [`to release ${listSome([...of])}:`, `  ${release}`]);
}

/** The boot's own last whatever holds them. */
function describeGaps(held: readonly HeldNamespace[], unseenHolders: readonly UnseenHolders[]): string[] {
  const doubtful = held.filter(({ namespace, isToldByKernel }) => namespace.initial !== true && !isToldByKernel);
  const types = doubtful.map(({ namespace }) => namespace.type);
  const unseen = describeUnseen(types, unseenHolders);
  if (unseen.length === 0) return [];
  const names = doubtful.map(({ namespace: { type, inode } }) => formatNamespace(type, inode)).join(' ');
  return [`not seen${doubtful.length < held.length ? ` of ${names}` : ''}: ${unseen.join(', ')}`];
}

function nameHolder({ kind, pid, path, namespace }: HeldBy): string {
  if (path !== undefined) return `${kind} ${path} in ${namespace}`;
  return [kind, pid ?? namespace].filter((word) => word !== undefined).join(' ');
}

const maxNamed = 3;

function listSome(names: readonly string[]): string {
  const rest = names.length - maxNamed;
  return names.slice(0, maxNamed).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
