// The program of a verb, and what it is given.
import type { PreparedBpf } from '../../kernel/bpf/start.ts';
import type { EarlyScan } from '../../kernel/proc/early-scan.ts';
import type { Verb } from '../options/verb.ts';
import type { OptionValues } from './option-values.ts';

/** What a reading of this host takes up. */
export interface PreparedReading {
  readonly bpf?: PreparedBpf;
  readonly scan?: EarlyScan | undefined;
}

/** What is given to verbs that take a command. */
export interface GivenCommand {
  /** The words after `--`, or after a TARGET; undefined where there is neither. */
  readonly behind: readonly string[] | undefined;
  /** The values of options that may be written several times, by their long name in camelCase. */
  readonly repeated: Readonly<Record<string, readonly string[]>>;
  /** What of a reading has begun. */
  readonly prepared?: PreparedReading | undefined;
}

/** What is to be done. */
export interface Invocation {
  readonly verb: Pick<Verb, 'name'>;
  readonly words: readonly string[];
  readonly options: OptionValues;
  readonly given: GivenCommand;
}

export interface VerbModule {
  /** @returns the exit status */
  run(words: readonly string[], options: OptionValues, given: GivenCommand): Promise<number> | number;
}
