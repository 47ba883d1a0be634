// What a verb is. The table of verbs drives parsing, help, completion and the manual page.
import type { FilterKind } from '../../analysis/listing/named-fields.ts';
import type { BpfProgram } from '../../kernel/bpf/programs.ts';
import type { ExitStatus } from '../help/exit-statuses.ts';

/** An option as a person writes it; `value` names what it takes, and brackets make it optional. */
export interface VerbOption {
  /** "--type TYPE,...", "-j, --json", "--tree[=KIND]". */
  readonly flags: string;
  readonly meaning: string;
  /** What may be written, for completion. */
  readonly choices?: readonly string[];
  /** What completes it where it is not a choice. */
  readonly completes?: 'file' | 'columns';
  /** Whether it may be written several times; its values are then in `GivenCommand.repeated`. */
  readonly repeated?: boolean;
  /** It names what is entered: with it no TARGET need stand before the command. */
  readonly insteadOfTarget?: true;
}

/** A column that a verb can show, as its help lists it. */
export interface ColumnMeaning {
  readonly name: string;
  /** What stands above it; another name of it. */
  readonly header: string;
  readonly kind: FilterKind;
  readonly meaning: string;
}

export interface VerbArgument {
  /** As a person reads it: TARGET, PID, SHELL. */
  readonly name: string;
  readonly meaning: string;
  readonly optional?: boolean;
  /** Whether several may be given; only the last argument of a verb. */
  readonly repeated?: boolean;
  /** What may be written, for completion. */
  readonly choices?: readonly string[];
}

interface VerbExample {
  readonly command: string;
  readonly meaning: string;
}

export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** Paragraphs for the manual page. */
  readonly details: readonly string[];
  readonly arguments: readonly VerbArgument[];
  readonly options: readonly VerbOption[];
  readonly examples: readonly VerbExample[];
  /**
   * That it takes a command, whose words are not nscope's: after `--`, or from the first word on that is not an option,
   * with `after TARGET` the first after a TARGET.
   */
  readonly takesCommand?: true | 'after TARGET';
  /** Its own exit statuses, and what those of every verb say here. */
  readonly statuses?: readonly ExitStatus[];
  /** The BPF programs that it reads, unless an option says that this host is not to be read, or not with BPF. */
  readonly reads?: readonly BpfProgram[];
  /** Why it cannot be asked about a snapshot from a file, where one might expect that. */
  readonly noFrom?: string;
  /** The columns that --columns may name. Loaded only where they are to be listed: help, completion, the manual page. */
  columns?(): Promise<readonly ColumnMeaning[]>;
}
