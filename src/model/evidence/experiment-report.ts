// What an experiment of the lab gives: what was asked of the kernel, what it answered, and what follows from that.

/** Whether this kernel does what the documents say. */
export const verdicts = ['as described', 'differs on this kernel', 'not permitted here'] as const;
export type ExperimentVerdict = (typeof verdicts)[number];

interface OutputPiece {
  readonly during: number;
  readonly text: string;
}

/** A command as it was typed, and all that it wrote. */
export interface ShownCommand {
  /** As a shell reads it; `nscope` and `node` stand for the programs that run the lab. */
  readonly command: string;
  /** Whether it went on while other commands ran. */
  readonly background: boolean;
  /** Standard output and error in the order in which they came. */
  readonly output: string;
  /** The same in pieces: each with the place in the list of the command that had been typed last when it came. */
  readonly pieces: readonly OutputPiece[];
  /** Null where a signal ended it, or where the lab ended it when all was asked. */
  readonly status: number | null;
}

/** One thing that was compared. */
export interface Check {
  /** "the PID of the first process". */
  readonly what: string;
  readonly expected: string;
  readonly answered: string;
  readonly holds: boolean;
}

export interface ExperimentReport {
  readonly name: string;
  /** What the experiment proves where the verdict is 'as described'. */
  readonly claim: string;
  /** The document that says so. */
  readonly source: string;
  readonly verdict: ExperimentVerdict;
  /** Why it could not be carried out, or what differs. */
  readonly reason?: string;
  readonly commands: readonly ShownCommand[];
  readonly checks: readonly Check[];
  readonly durationMs: number;
}
