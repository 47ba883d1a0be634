// Carries an experiment out, and gives the verdict that follows from what the kernel answered.
import type { ExperimentReport, ExperimentVerdict } from '../model/evidence/experiment-report.ts';
import { type Experiment, NoAnswerError, NotPermittedError } from './stage/experiment.ts';
import { Stage, type StageOptions } from './stage/stage.ts';

/** An experiment that goes on. */
export interface Conducted {
  readonly report: Promise<ExperimentReport>;
  /** Ends all that the experiment has started; the report is not to be waited for any more. */
  stop(): Promise<void>;
}

export function conduct(experiment: Experiment, options: StageOptions): Conducted {
  const stage = new Stage(options);
  return { report: perform(experiment, stage), stop: () => stage.close() };
}

async function perform({ name, claim, source, perform }: Experiment, stage: Stage): Promise<ExperimentReport> {
  const begun = performance.now();
  let refusal: string | undefined;
  try {
    await perform(stage);
  } catch (error) {
    if (error instanceof NotPermittedError) refusal = error.message;
    else if (error instanceof NoAnswerError) stage.expect('what was waited for', error.message, 'an answer');
    else throw error;
  } finally {
    await stage.close();
  }
  const failed = stage.checks.filter(({ holds }) => !holds);
  if (refusal === undefined && stage.checks.length === 0) throw new Error(`the experiment ${name} compares nothing`);
  const verdict: ExperimentVerdict =
    failed.length > 0 ? 'differs on this kernel' : refusal === undefined ? 'as described' : 'not permitted here';
  const reason =
    failed.length > 0
      ? failed.map(({ what, expected, answered }) => `${what}: ${answered}, not ${expected}`).join('; ')
      : refusal;
  return {
    name,
    claim,
    source,
    verdict,
    ...(reason === undefined ? {} : { reason }),
    commands: stage.commands,
    checks: stage.checks,
    durationMs: Math.round(performance.now() - begun),
  };
}
