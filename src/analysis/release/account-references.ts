// Whether what was seen explains every reference that the kernel counts of a namespace.
import {
  type NamespaceReferences,
  type ReferenceKind,
  type ReferenceReading,
  type ReferenceSighting,
  summedTypes,
} from '../../model/evidence/references.ts';

/** The holders that are listed. They were read at another moment: what has references must be among them. */
interface ListedHolders {
  readonly pids: ReadonlySet<number>;
  readonly bindMounts: number;
  readonly watches: number;
}

/**
 * What both sightings have was there while the kernel counted. Where the two differ nothing is claimed.
 * @param id - of the namespace; undefined is returned where the kernel did not count it
 */
export function accountReferences(
  reading: ReferenceReading,
  id: bigint,
  listed: ListedHolders,
): NamespaceReferences | undefined {
  const counted = reading.counted.get(id);
  if (!counted) return undefined;
  const unclaimed = { counted: counted.references, explained: {}, unnamed: null, unseenUsers: null } as const;
  if (!(summedTypes as readonly string[]).includes(counted.type)) return { verdict: 'not-summed', ...unclaimed };
  if (listed.watches > 0) return { verdict: 'watched', ...unclaimed };
  const before = new Sighted(reading.before, id);
  const after = new Sighted(reading.after, id);
  const surplus = after.countUnseenUsers(counted.inodeUsers);
  const { explained } = after;
  const unnamed = counted.references - sum(Object.values(explained));
  if (before.identity !== after.identity || !after.isListed(listed) || surplus === undefined || unnamed < 0)
    return { verdict: 'changed', ...unclaimed };
  const verdict = unnamed === 0 && surplus === 0 ? 'whole' : 'short';
  return { verdict, counted: counted.references, explained, unnamed, unseenUsers: surplus };
}

/** What refers to one namespace in one sighting. */
class Sighted {
  readonly explained: { readonly [K in ReferenceKind]?: number };
  /** Equal for two sightings of the same things. */
  readonly identity: string;
  readonly #tasks;
  readonly #files;
  readonly #mounts;

  constructor(sighting: ReferenceSighting, id: bigint) {
    this.#tasks = sighting.tasks.filter(({ ids }) => ids.includes(id));
    this.#files = sighting.files.filter((file) => file.id === id);
    this.#mounts = sighting.mounts.get(id) ?? [];
    const objects = new Map<string, ReferenceKind>();
    for (const { kind, object } of this.#files) objects.set(`${kind} ${object}`, kind);
    for (const { proxy, ids } of this.#tasks)
      ids.forEach((one, i) => {
        if (one === id) objects.set(`task-namespaces ${proxy} ${i}`, 'task-namespaces');
      });
    const explained: { [K in ReferenceKind]?: number } = {};
    for (const kind of objects.values()) explained[kind] = (explained[kind] ?? 0) + 1;
    if (this.#mounts.length > 0) explained.inode ??= 1;
    this.explained = explained;
    this.identity = [
      ...this.#tasks.map(({ proxy, tid }) => `task ${proxy} ${tid}`),
      ...this.#files.map(({ table, fd, file, object }) => `file ${table} ${fd} ${file} ${object}`),
      ...this.#mounts.map((mount) => `mount ${mount}`),
    ]
      .sort()
      .join('\n');
  }

  /** @returns undefined where more were seen than there are, so that something changed between */
  countUnseenUsers(inodeUsers: number): number | undefined {
    const surpluses = [
      ...surplusOf(this.#tasks.map(({ proxy, users, tid }) => ({ of: proxy, users, user: `${tid}` }))),
      ...surplusOf(this.#files.map(({ file, users, table, fd }) => ({ of: file, users, user: `${table} ${fd}` }))),
    ];
    surpluses.push(...this.#surplusOfSockets());
    const inodeFiles = new Set(this.#files.flatMap(({ kind, file }) => (kind === 'inode' ? [file] : [])));
    // An inode of which no user was seen is a reference without a name.
    if (this.explained.inode !== undefined) surpluses.push(inodeUsers - inodeFiles.size - this.#mounts.length);
    return surpluses.some((surplus) => surplus < 0) ? undefined : sum(surpluses);
  }

  /** A closed socket lives on while something keeps it: of unix sockets, those of this namespace are named themselves. */
  #surplusOfSockets(): number[] {
    const sockets = new Map(
      this.#files.flatMap((file) => (file.kind === 'socket' ? [[file.object, file] as const] : [])),
    );
    const kept = new Map<bigint, number>();
    for (const { peer } of sockets.values()) kept.set(peer, (kept.get(peer) ?? 0) + 1);
    return [...sockets.values()].map(({ object, keepers }) => Math.max(keepers - (kept.get(object) ?? 0), 0));
  }

  isListed({ pids, bindMounts }: ListedHolders): boolean {
    return [...this.#tasks, ...this.#files].every(({ pid }) => pids.has(pid)) && this.#mounts.length <= bindMounts;
  }
}

interface Use {
  readonly of: bigint;
  readonly users: number;
  readonly user: string;
}

/** Of each thing by how many its users are more than were seen. */
function surplusOf(uses: readonly Use[]): number[] {
  const seen = new Map<bigint, { readonly users: number; readonly seen: Set<string> }>();
  for (const { of, users, user } of uses) {
    const one = seen.get(of) ?? { users, seen: new Set() };
    seen.set(of, one);
    one.seen.add(user);
  }
  return [...seen.values()].map((one) => one.users - one.seen.size);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
