// The program of a verb, and what it is given.
import type { PreparedBpf } from '../../kernel/bpf/start.ts';
import type { Verb } from '../options/verb.ts';
import type { OptionValues } from './option-values.ts';

/** What is given to verbs that take a command. */
export interface GivenCommand {
  /** The words after `--`, or after a TARGET; undefined where there is neither. */
  readonly behind: readonly string[] | undefined;
  /** The values of options that may be written several times, by their long name in camelCase. */
  readonly repeated: Readonly<Record<string, readonly string[]>>;
  /** The BPF programs whose loading has begun. */
  readonly prepared?: PreparedBpf | undefined;
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
