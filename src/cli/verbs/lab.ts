// nscope lab: tries on this kernel what the documents claim.
import { constants, release } from 'node:os';
import { requireAddon } from '../../kernel/addon/require-addon.ts';
import { readTextFile } from '../../kernel/files/files.ts';
import { endBySignal } from '../../kernel/own/child-events.ts';
import { readOwnProgram, readOwnRuntime } from '../../kernel/own/own-program.ts';
import { type Conducted, conduct } from '../../lab/conduct.ts';
import { experiments } from '../../lab/experiments.ts';
import type { Experiment } from '../../lab/stage/experiment.ts';
import { chooseDirectory, type StageOptions } from '../../lab/stage/stage.ts';
import type { ExperimentReport } from '../../model/evidence/experiment-report.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { parseEffectiveCapabilities } from '../../parse/proc/status.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { describeExperiments, formatExperiment, summarize } from '../../render/pages/lab-page.ts';
import { formatPage } from '../../render/pages/show-page.ts';
import { choosePalette, readTerminalWidth, writeLines } from '../screen/output.ts';
import { suggest, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

export async function run(words: readonly string[], options: OptionValues): Promise<number> {
  const wanted = chooseExperiments(words);
  if (wanted.length === 0) return list(options);
  requireAddon();
  const reports: ExperimentReport[] = [];
  for (const experiment of wanted) {
    const report = await perform(experiment);
    reports.push(report);
    if (!options.json) write(report);
  }
  if (options.json) writeLines(formatJsonObject({ kernel: release(), experiments: reports }));
  else if (reports.length > 1) writeLines([summarize(reports)]);
  if (reports.some(({ verdict }) => verdict === 'differs on this kernel')) return 1;
  return reports.some(({ verdict }) => verdict === 'not permitted here') ? 3 : 0;
}

/** @throws UsageError for a name that no experiment has */
function chooseExperiments(words: readonly string[]): readonly Experiment[] {
  if (words.includes('all')) return experiments;
  return words.map((word) => {
    const found = experiments.find(({ name }) => name === word);
    if (found) return found;
    throw new UsageError(
      `there is no experiment "${word}"; ${suggest(word, ['all', ...experiments.map(({ name }) => name)])}`,
    );
  });
}

function list(options: OptionValues): number {
  const described = experiments.map(({ name, claim, source }) => ({ name, claim, source }));
  if (options.json) writeLines(formatJsonObject({ experiments: described }));
  else writeLines(formatPage(describeExperiments(described), { width: readTerminalWidth(), palette: choosePalette() }));
  return 0;
}

function write(report: ExperimentReport): void {
  const prompt = process.geteuid?.() === 0 ? '#' : '$';
  writeLines([...formatExperiment(report, { width: readTerminalWidth(), palette: choosePalette(), prompt }), '']);
}

/** A signal that would end nscope ends first what the experiment has started. */
async function perform(experiment: Experiment): Promise<ExperimentReport> {
  const conducted = conduct(experiment, readStageOptions());
  const listeners = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => {
    const listener = () => void stopBy(conducted, constants.signals[signal]);
    process.once(signal, listener);
    return () => process.off(signal, listener);
  });
  try {
    return await conducted.report;
  } finally {
    for (const remove of listeners) remove();
  }
}

async function stopBy(conducted: Conducted, signal: number): Promise<void> {
  await conducted.stop();
  endBySignal(signal);
}

function readStageOptions(): StageOptions {
  const directory = chooseDirectory([...readOwnProgram(), process.cwd()]);
  return { resolve: resolveWords, privileged: isPrivileged(), directory, patienceMs: 60_000 };
}

/** The words `nscope` and `node` of a command stand for the programs that run now. */
function resolveWords(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => {
    if (word === 'nscope') return readOwnProgram();
    return word === 'node' ? readOwnRuntime() : [word];
  });
}

/** CAP_SYS_ADMIN in the user namespace that nscope is in. */
function isPrivileged(): boolean {
  const status = readTextFile('/proc/self/status');
  const effective = isKnown(status) ? parseEffectiveCapabilities(status) : undefined;
  return effective !== undefined && ((BigInt(`0x${effective}`) >> 21n) & 1n) === 1n;
}
