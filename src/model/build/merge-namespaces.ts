// Merges what several sources say of one namespace. A known value beats an unknown one; two known ones that differ are
// a disagreement, which is told, and the smaller in the order of their JSON stands, so that order does not matter. An
// inode number that was given out again while the sources ran is no disagreement: what was said of the first is dropped.
import type { EnumerationFact, HolderFact, NameFact, NamespaceFact, NamespaceInodes } from '../facts/facts.ts';
import { isKnown, type Known, notAsked, type Unknown } from '../snapshot/known.ts';
import {
  formatNamespace,
  type NamespaceType,
  namespaceLinks,
  namespaceTypes,
  readLinkType,
} from '../snapshot/namespace-types.ts';
import { laterStage, type PidNamespaceStage } from '../snapshot/pid-namespace-stage.ts';
import type { Holder, Namespace, NamespaceName } from '../snapshot/schema.ts';
import { type Attributes, type Draft, describeNamespace, inferredAttributes } from './describe-namespace.ts';
import { ReusedInodes } from './reused-inodes.ts';

export interface MergedNamespace {
  readonly type: NamespaceType;
  readonly inode: number;
  readonly attributes: Readonly<MutableAttributes>;
  readonly names: readonly NamespaceName[];
  /** By their JSON, so that two sources may tell of one. */
  readonly holders: ReadonlyMap<string, Holder>;
  /** Whether a link of a task leads to it, or a task is inferred to be in it. */
  readonly seenByTasks: boolean;
}

type MutableAttributes = Partial<Record<keyof Attributes, Known<unknown>>>;

/** Most namespaces have one fact, no name and no holder: nothing is made for them that stays empty. */
interface Entry extends MergedNamespace {
  attributes: Readonly<MutableAttributes>;
  names: NamespaceName[];
  holders: Map<string, Holder>;
  seenByTasks: boolean;
  /** What was said of it, until it is known which of those that bore its number is meant. */
  fact: NamespaceFact | undefined;
  moreFacts: NamespaceFact[] | undefined;
}

const noAttributes: Readonly<MutableAttributes> = Object.freeze({});
const noNames: NamespaceName[] = [];
const noHolders = new Map<string, Holder>();

/** What holds a namespace, as describeHolders tells it. */
export interface DescribedHolders extends Pick<Namespace, 'holders' | 'holderCounts'> {
  readonly openSince: string | undefined;
}

export class MergedNamespaces {
  /** The different values that sources gave, as JSON, by namespace and key. */
  readonly #contradictions = new Map<string, Set<string>>();
  readonly #byType = new Map<NamespaceType, Map<number, Entry>>(namespaceTypes.map((type) => [type, new Map()]));
  /** Until another one is entered. */
  #sorted: readonly MergedNamespace[] | undefined;

  get(type: NamespaceType, inode: number): MergedNamespace | undefined {
    return this.#byType.get(type)?.get(inode);
  }

  /** A namespace that was named in any way exists: this makes its entry. */
  #enter(type: NamespaceType, inode: number): Entry {
    const inodes = this.#byType.get(type);
    let entry = inodes?.get(inode);
    if (!entry) {
      entry = {
        type,
        inode,
        attributes: noAttributes,
        names: noNames,
        holders: noHolders,
        seenByTasks: false,
        fact: undefined,
        moreFacts: undefined,
      };
      inodes?.set(inode, entry);
      this.#sorted = undefined;
    }
    return entry;
  }

  add(fact: NamespaceFact): void {
    const entry = this.#enter(fact.type, fact.inode);
    if (!entry.fact) entry.fact = fact;
    // A list that has not changed says the same once more.
    else if ((entry.moreFacts?.at(-1) ?? entry.fact) === fact) return;
    else if (entry.moreFacts) entry.moreFacts.push(fact);
    else entry.moreFacts = [fact];
    if (typeof fact.owner === 'number') this.#enter('user', fact.owner);
    if (typeof fact.parent === 'number') this.#enter(fact.type, fact.parent);
  }

  /** Merges what was added. To be called once, after the last fact and before anything is asked. */
  settle(enumerations: readonly EnumerationFact[]): void {
    const reused = new ReusedInodes(enumerations);
    for (const inodes of this.#byType.values())
      for (const entry of inodes.values()) {
        const { fact, moreFacts } = entry;
        if (fact && !moreFacts) entry.attributes = fact;
        else if (fact && moreFacts) entry.attributes = this.#merge(entry, reused.keepLast([fact, ...moreFacts]));
        entry.fact = undefined;
        entry.moreFacts = undefined;
      }
  }

  #merge(entry: Entry, facts: readonly NamespaceFact[]): MutableAttributes {
    const attributes: MutableAttributes = {};
    for (const fact of facts)
      for (const [key, value] of Object.entries(fact))
        if (key !== 'fact' && key !== 'type' && key !== 'inode')
          this.#set(entry, attributes, key as keyof Attributes, value);
    return attributes;
  }

  addName(fact: NameFact): void {
    const entry = this.#enter(fact.type, fact.inode);
    const { kind, path } = fact.name;
    if (entry.names === noNames) entry.names = [fact.name];
    else if (!entry.names.some((name) => name.path === path && name.kind === kind)) entry.names.push(fact.name);
  }

  addHolder(fact: HolderFact): void {
    const entry = this.#enter(fact.type, fact.inode);
    if (entry.holders === noHolders) entry.holders = new Map();
    entry.holders.set(JSON.stringify(fact.holder), fact.holder);
  }

  /** Where processes are inferred to be exists, though nothing else may tell of it. */
  addInferred(type: NamespaceType, inode: number): void {
    const isNew = this.get(type, inode) === undefined;
    const entry = this.#enter(type, inode);
    entry.seenByTasks = true;
    if (isNew) entry.attributes = inferredAttributes;
  }

  /** What the links of tasks lead to exists. Of thousands of sets most share all but one with the set before. */
  addSeenByTasks(sets: Iterable<NamespaceInodes>): void {
    let before: NamespaceInodes | undefined;
    for (const namespaces of sets) {
      for (const link of namespaceLinks) {
        const inode = namespaces[link];
        if (inode !== before?.[link] && isKnown(inode)) this.#enter(readLinkType(link), inode).seenByTasks = true;
      }
      before = namespaces;
    }
  }

  #set(entry: Entry, attributes: MutableAttributes, key: keyof Attributes, value: Known<unknown>): void {
    const before = attributes[key];
    if (before === undefined || !isKnown(before)) {
      if (before === undefined || isKnown(value) || rank(value) < rank(before)) attributes[key] = value;
      return;
    }
    if (!isKnown(value) || before === value) return;
    if (key === 'openedAtMs') {
      attributes[key] = Math.min(before as number, value as number);
      return;
    }
    if (key === 'stage') {
      attributes[key] = laterStage(before as PidNamespaceStage, value as PidNamespaceStage);
      return;
    }
    const [a, b] = [JSON.stringify(before), JSON.stringify(value)];
    if (a === b) return;
    const what = `${formatNamespace(entry.type, entry.inode)}: ${key}`;
    this.#contradictions.set(what, (this.#contradictions.get(what) ?? new Set([a])).add(b));
    if (b < a) attributes[key] = value;
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
  sorted(): readonly MergedNamespace[] {
    this.#sorted ??= namespaceTypes.flatMap((type) =>
      Array.from(this.#byType.get(type)?.values() ?? []).sort((a, b) => a.inode - b.inode),
    );
    return this.#sorted;
  }

  /** The namespace as far as facts tell, in one piece, for the caller to complete and freeze. */
  describe(
    entry: MergedNamespace,
    initial: Known<boolean>,
    host: Known<boolean>,
    processes: Namespace['processes'],
    { holders, holderCounts, openSince }: DescribedHolders,
  ): Draft<Namespace> {
    const { type, inode, names } = entry;
    const attributes = entry.attributes as Attributes;
    const ownerUid = type === 'user' ? attributes.creatorUid : this.#creatorOf(attributes.owner);
    const described: Draft<Namespace> = describeNamespace(
      {
        type,
        inode,
        initial,
        host,
        ownerUid: ownerUid ?? notAsked,
        names: names.length === 0 ? frozenNames : sortNames(names),
        processes,
        holders,
        holderCounts,
      },
      attributes,
    );
    if (openSince !== undefined) described.openSince = openSince;
    return described;
  }

  /** A namespace belongs to whoever made the user namespace that owns it. */
  #creatorOf(owner: Known<number | null> | undefined): Known<number> | undefined {
    if (owner === undefined || owner === null) return undefined;
    return isKnown(owner) ? (this.get('user', owner)?.attributes as Attributes | undefined)?.creatorUid : owner;
  }
}

const frozenNames: readonly NamespaceName[] = Object.freeze([]);

function sortNames(names: readonly NamespaceName[]): readonly NamespaceName[] {
  return Object.freeze([...names].sort((a, b) => compare(a.path, b.path) || compare(a.kind, b.kind)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Of two reasons the more telling stands. */
function rank(unknown: Unknown): string {
  const order = { denied: 0, unsupported: 1, gone: 2, 'not-asked': 3 };
  return `${order[unknown.unknown]}${unknown.errno ?? ''}${unknown.detail ?? ''}`;
}
