// What the options of `nscope watch` mean: numbers, holders, and the command for each event.

import { canExecute } from '../../launch/namespaces/find-program.ts';
import { EventCommands } from '../command/event-commands.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

/** Whoever asks for them in a filter or a column need not ask twice. */
export function wantsHolders({ holders, filter, columns }: OptionValues): boolean {
  return holders === true || [filter, columns].some((text) => /\b(?:held|released|holder)\b/.test(text ?? ''));
}

/** @throws UsageError for a command without --exec, and for options that would print something else */
export function readCommands(words: readonly string[], options: OptionValues): EventCommands | undefined {
  const { exec, json, stats, state } = options;
  const limits = {
    jobs: readWhole(options, 'jobs') ?? 4,
    timeoutMs: readSeconds(options, 'timeout', 0.1, 86_400) ?? 60_000,
  };
  if (!exec) {
    if (words.length > 0)
      throw new UsageError(`watch takes no arguments: "${words[0]}"; ${explainWord(words[0] ?? '', options)}`);
    if (options.jobs !== undefined || options.timeout !== undefined)
      throw new UsageError('--jobs and --timeout are about the command of --exec, and there is none');
    return undefined;
  }
  const [command = ''] = words;
  if (command === '') throw new UsageError('--exec: the command is missing');
  if (!canExecute(command, process.env['PATH'])) throw new UsageError(`--exec: there is no command "${command}"`);
  if (json || stats || state)
    throw new UsageError('--exec gives events to a command and prints none: leave out --json, --stats and --state');
  if (limits.jobs > 256) throw new UsageError(`--jobs takes 256 at most, not ${limits.jobs}`);
  return new EventCommands(words, limits);
}

function explainWord(word: string, { mounts, links }: OptionValues): string {
  const name = mounts === true ? 'mounts' : links === true ? 'links' : undefined;
  return name === undefined ? 'to start a command for each event: --exec COMMAND' : `did you mean --${name}=${word}?`;
}

/** @returns milliseconds. @throws UsageError */
export function readSeconds(
  options: OptionValues,
  name: 'interval' | 'for' | 'timeout',
  least: number,
  most: number,
): number | undefined {
  const word = options[name];
  if (word === undefined) return undefined;
  const seconds = Number(word);
  if (!(seconds >= least && seconds <= most))
    throw new UsageError(`--${name} takes seconds from ${least} to ${most}, not "${word}"`);
  return seconds * 1000;
}

/** @throws UsageError */
export function readWhole(options: OptionValues, name: 'count' | 'jobs'): number | undefined {
  const word = options[name];
  if (word === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(word)) throw new UsageError(`--${name} takes a whole number from 1 on, not "${word}"`);
  return Number(word);
}
