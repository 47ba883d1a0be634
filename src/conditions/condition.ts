// What a reader of a condition is: one question to the host, answered for the whole snapshot. Readers see what those before
// them in the table have found, so that nothing is read twice.
import type { Conditions, Snapshot } from '../model/snapshot/schema.ts';
import type { ConditionName, Wanted } from '../model/snapshot/wanted.ts';

/** @typeParam Name - the field of the conditions that it fills */
export interface ConditionReader<Name extends ConditionName = ConditionName> {
  readonly name: Name;
  readonly question: string;
  /**
   * @param snapshot - of this host, taken a moment ago, with all that it can have besides conditions
   * @param found - by the readers that were asked before it
   * @returns what was found, frozen; why nothing could be looked at, where that is so
   */
  read(
    snapshot: Snapshot,
    report: ConditionReport,
    wanted: Pick<Wanted, 'bpf'>,
    found: Conditions,
  ): NonNullable<Conditions[Name]>;
}

export interface ConditionReport {
  /** Counts one thing that was asked. */
  asked(count?: number): void;
  /** Counts one thing that the host refused: what was asked for, the errno's name, and where. */
  refused(what: string, errno: string, example: string): void;
}
