// What a rule is: a pure function from a snapshot to findings.
import type { Unknown } from '../../model/snapshot/known.ts';
import type { Conditions, Snapshot, Workload } from '../../model/snapshot/schema.ts';
import type { ConditionName } from '../../model/snapshot/wanted.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import type { Finding, Severity } from './finding.ts';

/** What a snapshot must have for a rule to be decided. */
export type Need = ConditionName | 'workloads';

/** The value of a condition that is known. */
export type Present<Name extends ConditionName> = Exclude<NonNullable<Conditions[Name]>, Unknown>;

/** @typeParam Name - the conditions that the rule needs */
export interface RuleInput<Name extends ConditionName = ConditionName> {
  readonly snapshot: Snapshot;
  readonly index: SnapshotIndex;
  readonly conditions: { readonly [N in Name]: Present<N> };
  /** Empty where the rule does not need them and the snapshot does not have them. */
  readonly workloads: readonly Workload[];
  /** When the snapshot was taken, in ms since 1970: ages count from there. */
  readonly takenAtMs: number;
}

export interface RuleReport {
  add(finding: Omit<Finding, 'code'>): void;
  /** Says what of its question could not be decided, and why, in a sentence. The rest of its findings stand. */
  undecided(why: string): void;
}

/** One thing that may be wrong. Its page is docs/findings/CODE.md. */
export interface Rule<Name extends ConditionName = ConditionName> {
  /** Stable, in kebab-case. */
  readonly code: string;
  /** The gravest that it gives. */
  readonly severity: Severity;
  /** What is wrong, in a few words. */
  readonly title: string;
  /** What it means for the host, in one or two sentences. */
  readonly means: string;
  /** Those of `Name`, and workloads where it cannot do without. */
  readonly needs: readonly Need[];
  /** Takes steps in proportion to the size of the snapshot. */
  find(input: RuleInput<Name>, report: RuleReport): void;
}
