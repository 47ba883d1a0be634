// Merges what several sources say of one namespace. A known value beats an unknown one; two known ones that differ are
// a disagreement, which is told, and the smaller in the order of their JSON stands, so that order does not matter. An
// inode number that was given out again while the sources ran is no disagreement: what was said of the first is dropped.
import type { EnumerationFact, HolderFact, NameFact, NamespaceFact, NamespaceInodes } from './facts.ts';
import { isKnown, type Known, notAsked, type Unknown } from './known.ts';
import {
  formatNamespace,
  type NamespaceType,
  namespaceLinks,
  namespaceTypes,
  readLinkType,
} from './namespace-types.ts';
import { ReusedInodes } from './reused-inodes.ts';
import type { Holder, Namespace, NamespaceName } from './schema.ts';

type Attributes = Omit<NamespaceFact, 'fact' | 'type' | 'inode'>;

export interface MergedNamespace {
  readonly type: NamespaceType;
  readonly inode: number;
  readonly attributes: Partial<Record<keyof Attributes, Known<unknown>>>;
  readonly names: NamespaceName[];
  /** By their JSON, so that two sources may tell of one. */
  readonly holders: Map<string, Holder>;
  /** Whether a link of a task leads to it. */
  seenByTasks: boolean;
}

export class MergedNamespaces {
  /** What was said of each, until it is known which of those that bore its number is meant. */
  readonly #facts = new Map<MergedNamespace, NamespaceFact[]>();
  /** The different values that sources gave, as JSON, by namespace and key. */
  readonly #contradictions = new Map<string, Set<string>>();
  readonly #byType = new Map<NamespaceType, Map<number, MergedNamespace>>(
    namespaceTypes.map((type) => [type, new Map()]),
  );

  get(type: NamespaceType, inode: number): MergedNamespace | undefined {
    return this.#byType.get(type)?.get(inode);
  }

  /** A namespace that was named in any way exists: this makes its entry. */
  #enter(type: NamespaceType, inode: number): MergedNamespace {
    const inodes = this.#byType.get(type);
    let entry = inodes?.get(inode);
    if (!entry) {
      entry = { type, inode, attributes: {}, names: [], holders: new Map(), seenByTasks: false };
      inodes?.set(inode, entry);
    }
    return entry;
  }

  add(fact: NamespaceFact): void {
    const entry = this.#enter(fact.type, fact.inode);
    const facts = this.#facts.get(entry);
    if (!facts) this.#facts.set(entry, [fact]);
    // A list that has not changed says the same once more.
    else if (facts.at(-1) !== fact) facts.push(fact);
    else return;
    if (typeof fact.owner === 'number') this.#enter('user', fact.owner);
    if (typeof fact.parent === 'number') this.#enter(fact.type, fact.parent);
  }

  /** Merges what was added. To be called once, after the last fact and before anything is asked. */
  settle(enumerations: readonly EnumerationFact[]): void {
    const reused = new ReusedInodes(enumerations);
    for (const [entry, facts] of this.#facts) for (const fact of reused.keepLast(facts)) this.#merge(entry, fact);
    this.#facts.clear();
  }

  #merge(entry: MergedNamespace, fact: NamespaceFact): void {
    for (const [key, value] of Object.entries(fact)) {
      if (key === 'fact' || key === 'type' || key === 'inode') continue;
      this.#set(entry, key as keyof Attributes, value);
    }
  }

  addName(fact: NameFact): void {
    const { names } = this.#enter(fact.type, fact.inode);
    const { kind, path } = fact.name;
    if (!names.some((name) => name.path === path && name.kind === kind)) names.push(fact.name);
  }

  addHolder(fact: HolderFact): void {
    this.#enter(fact.type, fact.inode).holders.set(JSON.stringify(fact.holder), fact.holder);
  }

  /** What a task's links lead to exists. */
  addSeenByTasks(namespaces: NamespaceInodes): void {
    for (const link of namespaceLinks) {
      const inode = namespaces[link];
      if (isKnown(inode)) this.#enter(readLinkType(link), inode).seenByTasks = true;
    }
  }

  #set(entry: MergedNamespace, key: keyof Attributes, value: Known<unknown>): void {
    const before = entry.attributes[key];
    if (before === undefined || !isKnown(before)) {
      if (before === undefined || isKnown(value) || rank(value) < rank(before)) entry.attributes[key] = value;
      return;
    }
    if (!isKnown(value) || before === value) return;
    if (key === 'openedAtMs') {
      entry.attributes[key] = Math.min(before as number, value as number);
      return;
    }
    const [a, b] = [JSON.stringify(before), JSON.stringify(value)];
    if (a === b) return;
    const what = `${formatNamespace(entry.type, entry.inode)}: ${key}`;
    this.#contradictions.set(what, (this.#contradictions.get(what) ?? new Set([a])).add(b));
    if (b < a) entry.attributes[key] = value;
  }

  /** One sentence for each value that sources contradict each other in. */
  disagreements(): string[] {
    return [...this.#contradictions].map(([what, values]) => `${what} is ${[...values].sort().join(' and ')}`);
  }

  /** The parent in the hierarchy of its type; a user namespace's owner is its parent. */
  parentOf(entry: MergedNamespace): Known<number | null> {
    return (entry.attributes.parent ?? notAsked) as Known<number | null>;
  }

  /** Its parent and its owner, where they are known. */
  *aboveOf({ type, attributes }: MergedNamespace): Iterable<MergedNamespace> {
    const parent = typeof attributes.parent === 'number' ? this.get(type, attributes.parent) : undefined;
    const owner = typeof attributes.owner === 'number' ? this.get('user', attributes.owner) : undefined;
    if (parent) yield parent;
    if (owner) yield owner;
  }

  /** All entries by type and inode. */
  *sorted(): Iterable<MergedNamespace> {
    for (const type of namespaceTypes)
      yield* [...(this.#byType.get(type)?.values() ?? [])].sort((a, b) => a.inode - b.inode);
  }

  /** The part of a Namespace that comes from facts alone. */
  describe(
    entry: MergedNamespace,
    initial: Known<boolean>,
  ): Omit<Namespace, 'host' | 'processes' | 'level' | 'init' | 'holders' | 'holderCounts' | 'openSince'> {
    const { type, inode, attributes: merged } = entry;
    const attributes = merged as Partial<{ [K in keyof Attributes]: Exclude<Attributes[K], undefined> }>;
    const hierarchical = type === 'pid' || type === 'user';
    const owner = atTop(attributes.owner, initial, type === 'user');
    return {
      type,
      inode,
      dev: attributes.dev ?? notAsked,
      id: attributes.id ?? notAsked,
      initial,
      owner,
      ownerUid: type === 'user' ? (attributes.creatorUid ?? notAsked) : this.#creatorOf(owner),
      ...(hierarchical ? { parent: atTop(attributes.parent, initial, true) } : {}),
      names: Object.freeze([...entry.names].sort((a, b) => compare(a.path, b.path) || compare(a.kind, b.kind))),
      ...(type === 'uts' ? { uts: attributes.uts ?? notAsked } : {}),
      ...(type === 'user'
        ? {
            uidMap: attributes.uidMap ?? notAsked,
            gidMap: attributes.gidMap ?? notAsked,
            setgroups: attributes.setgroups ?? notAsked,
          }
        : {}),
      ...(type === 'time' ? { timeOffsets: attributes.timeOffsets ?? notAsked } : {}),
    };
  }

  /** A namespace belongs to whoever made the user namespace that owns it. */
  #creatorOf(owner: Known<number | null>): Known<number> {
    if (!isKnown(owner)) return owner;
    if (owner === null) return notAsked;
    return (this.get('user', owner)?.attributes.creatorUid ?? notAsked) as Known<number>;
  }
}

/** The initial namespace of a hierarchy has nothing above it: there EPERM of the kernel means none, not refused. */
function atTop(
  value: Known<number | null> | undefined,
  initial: Known<boolean>,
  hierarchical: boolean,
): Known<number | null> {
  if (hierarchical && initial === true) return null;
  return value ?? notAsked;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Of two reasons the more telling stands. */
function rank(unknown: Unknown): string {
  const order = { denied: 0, unsupported: 1, gone: 2, 'not-asked': 3 };
  return `${order[unknown.unknown]}${unknown.errno ?? ''}${unknown.detail ?? ''}`;
}
