// What a source is: one question to one kernel interface, answered in plain facts. Sources never see each other.
import type { Fact, SearchedKind, SearchFact } from '../../model/facts/facts.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Limit } from '../../model/snapshot/schema.ts';
import type { Inputs } from './inputs.ts';

/** @typeParam Needs - the groups of inputs that it reads */
export interface Source<Needs extends keyof Inputs = keyof Inputs> {
  readonly name: string;
  readonly question: string;
  /** Why it does not run here; undefined when it does. */
  skip?(inputs: Pick<Inputs, Needs>): string | undefined;
  // biome-ignore lint/suspicious/noConfusingVoidType: most sources have no outcome but what they report
  run(inputs: Pick<Inputs, Needs>, report: Report): Outcome | void;
}

/** Takes what a source says, as it comes. */
export interface Report {
  emit(fact: Fact): void;
  /** Emits them all; the same list again has nothing new to say, and is only counted. */
  emitAll(facts: readonly Fact[]): void;
  /** Counts one thing that was asked. */
  asked(count?: number): void;
  /** Counts one thing that the host refused: what was asked for, the errno's name, and where. */
  refused(what: string, errno: string, example: string): void;
  /** Says that a kind of holders was looked for: everywhere, or where not, and whose processes do not even appear. */
  searched(kinds: readonly SearchedKind[], unseen?: string, invisible?: SearchFact['invisible']): void;
  /** States that the listing may lack something: one of src/model/facts/limits.ts. */
  limit(limit: Limit): void;
  /** Hands over the descriptor of a namespace, for the sources that follow; it is closed, and refused, when there are too many. */
  keep(type: NamespaceType, inode: number, fd: number): void;
}

/** What a source that has run leaves to those after it, apart from its facts. */
export interface Outcome {
  /** The kernel's task list gave all tasks, and of each in which cgroups it is, where that was wanted. */
  readonly tasksByBpf?: { readonly cgroupSets: ReadonlyMap<number, number> };
  /** The kernel gave all open files, with BPF. */
  readonly filesByBpf?: true;
  /** All processes were found: their descriptors may be read while other sources run. */
  readonly allProcesses?: true;
  /** The rest of what it does, when all others have run: what it asked is answered meanwhile. */
  readonly rest?: () => void;
}
