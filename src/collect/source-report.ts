// What one source reports while it runs: its facts go to the collection, its counts into its own line of the coverage.
import type { CoverageFact, Fact, SearchedKind, SearchFact } from '../model/facts/facts.ts';
import { RefusalCounts } from '../model/facts/refusals.ts';
import { formatNamespace, type NamespaceType } from '../model/snapshot/namespace-types.ts';
import type { Limit } from '../model/snapshot/schema.ts';
import type { Report, Source } from '../sources/index.ts';
import type { Collection } from './collection.ts';

export class SourceReport implements Report {
  readonly #collection: Collection;
  readonly #refusals = new RefusalCounts();
  #asked = 0;
  #found = 0;

  constructor(collection: Collection) {
    this.#collection = collection;
  }

  emit(fact: Fact): void {
    this.#found++;
    this.#collection.take(fact);
  }

  emitAll(facts: readonly Fact[]): void {
    this.#found += facts.length;
    this.#collection.takeAll(facts);
  }

  asked(count = 1): void {
    this.#asked += count;
  }

  refused(what: string, errno: string, example: string): void {
    this.#refusals.add(what, errno, example);
  }

  searched(kinds: readonly SearchedKind[], unseen?: string, invisible?: SearchFact['invisible']): void {
    const why = { ...(unseen === undefined ? {} : { unseen }), ...(invisible === undefined ? {} : { invisible }) };
    for (const kind of kinds) this.#collection.take({ fact: 'search', kind, ...why });
  }

  limit(limit: Limit): void {
    this.#collection.take({ fact: 'limit', ...limit });
  }

  keep(type: NamespaceType, inode: number, fd: number): void {
    if (!this.#collection.namespaces.keep(type, inode, fd))
      this.refused('keeping a namespace open', 'EMFILE', formatNamespace(type, inode));
  }

  /** @param skipped - why the source did not run; undefined when it did */
  cover({ name, question }: Source, skipped: string | undefined, durationMs: number): CoverageFact {
    return {
      fact: 'coverage',
      coverage: Object.freeze({
        source: name,
        question,
        ran: skipped === undefined,
        ...(skipped === undefined ? {} : { skipped }),
        asked: this.#asked,
        found: this.#found,
        refused: this.#refusals.total,
        refusals: this.#refusals.list(),
        durationMs,
      }),
    };
  }
}
