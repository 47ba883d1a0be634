// What an experiment is.
import type { ExperimentName } from './experiment-names.ts';
import type { Stage } from './stage.ts';

export interface Experiment {
  /** A word for the command line. */
  readonly name: ExperimentName;
  /** What it proves, in one sentence. */
  readonly claim: string;
  /** The document that says so. */
  readonly source: string;
  /** Asks the kernel and compares what it answers; what it leaves running, the stage ends. */
  readonly perform: (stage: Stage) => Promise<void>;
}

/** The documents whose claims are tried. */
export const documents = {
  article: 'Namespaces in operation, part 4: more on PID namespaces (LWN, 2013)',
  readers: 'the readers’ comments on Namespaces in operation, part 4 (LWN, 2013 to 2016)',
  listing: 'Linux name spaces: how to find all existing namespaces (2014)',
  grouping: 'Detecting per-process namespaces (2009)',
  detecting: 'How can a process detect that it is in a child namespace? (2021)',
} as const;

/** The kernel or the host refuses what the experiment needs. */
export class NotPermittedError extends Error {
  override readonly name = 'NotPermittedError';
}

/** What was waited for did not come. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}
