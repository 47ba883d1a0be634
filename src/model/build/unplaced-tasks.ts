// The namespaces in which more processes may be than were seen. A process whose links are refused, and whose place
// nothing shows, may be in any; so may one that does not appear at all.
import type { Fact, NamespaceInodes, ProcessFact } from '../facts/facts.ts';
import type { Inferred } from '../inference/infer-places.ts';
import { isKnown } from '../snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../snapshot/namespace-types.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';
import type { MergedNamespace, MergedNamespaces } from './merge-namespaces.ts';

export class UnplacedTasks {
  /** Of these types nothing tells where some process is. */
  readonly #anywhere = new Set<NamespaceType>();
  /**
   * Of these types processes may be in one of those with a number of which nothing was seen: they are in one without a
   * number, or where they are is no more than likely.
   */
  readonly #elsewhere = new Set<NamespaceType>();
  readonly #merged: MergedNamespaces;
  readonly #inferred: Inferred;
  readonly #procPidNamespace: number | undefined;
  #outside = false;
  #whole: NamespaceInodes | undefined;

  constructor(
    tasks: readonly ProcessFact[],
    facts: readonly Fact[],
    inferred: Inferred,
    { procPidNamespace }: HostSnapshot['vantage'],
    merged: MergedNamespaces,
  ) {
    this.#merged = merged;
    this.#inferred = inferred;
    this.#procPidNamespace = isKnown(procPidNamespace) ? procPidNamespace : undefined;
    for (const { pid, tid, namespaces } of tasks) if (pid === tid) this.#add(pid, namespaces);
    for (const { type, certainty } of inferred.unnumbered) if (certainty === 'likely') this.#elsewhere.add(type);
    for (const fact of facts) {
      if (fact.fact !== 'search' || fact.kind !== 'process') continue;
      if (fact.invisible === 'of-other-users') for (const type of namespaceTypes) this.#anywhere.add(type);
      if (fact.invisible === 'outside-pid-namespace') this.#outside = true;
    }
  }

  #add(pid: number, namespaces: NamespaceInodes): void {
    // Most tasks share one whole set with the task before.
    if (namespaces === this.#whole) return;
    let isWhole = true;
    for (const type of namespaceTypes) {
      const link = namespaces[type];
      if (isKnown(link) || link.unknown !== 'denied') continue;
      isWhole = false;
      const place = this.#inferred.places.get(pid)?.[type];
      if (place?.certainty === 'likely') this.#elsewhere.add(type);
      // The init of the pid namespace that /proc shows is in it.
      if (!place && !(type === 'pid' && pid === 1)) this.#anywhere.add(type);
    }
    if (isWhole) this.#whole = namespaces;
  }

  /** Whether one of them may be in it. */
  mayBeIn(namespace: MergedNamespace): boolean {
    const { type, inode, seenByTasks } = namespace;
    if (this.#anywhere.has(type)) return true;
    // Where a process is known to be, its signs would have told of the others.
    if (this.#elsewhere.has(type) && !seenByTasks && this.#inferred.tasksOf(type, inode) === undefined) return true;
    return this.#outside && !this.#isInSight(namespace);
  }

  /** Whatever is in the pid namespace of /proc, or below it, appears there. */
  #isInSight(namespace: MergedNamespace): boolean {
    if (namespace.type !== 'pid') return false;
    const passed = new Set<MergedNamespace>();
    for (let here: MergedNamespace | undefined = namespace; here && !passed.has(here); ) {
      if (here.inode === this.#procPidNamespace) return true;
      passed.add(here);
      const parent = this.#merged.parentOf(here);
      here = typeof parent === 'number' ? this.#merged.get('pid', parent) : undefined;
    }
    return false;
  }
}
