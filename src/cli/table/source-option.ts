// The option --source: by which way events are to come.
import { type EventSourceName, eventSourceNames } from '../../model/live/events.ts';
import type { VerbOption } from '../options/verb.ts';
import { suggest, UsageError } from './errors.ts';
import type { OptionValues } from './option-values.ts';

export const sourceOption = {
  flags: '--source NAME',
  meaning: 'by which way events are to come',
  choices: eventSourceNames,
} as const satisfies VerbOption;

/** @throws UsageError naming what there is */
export function readSource(options: OptionValues): EventSourceName | undefined {
  const { source } = options;
  if (source === undefined) return undefined;
  const name = eventSourceNames.find((known) => known === source);
  if (!name) throw new UsageError(`there is no source of events "${source}"; ${suggest(source, eventSourceNames)}`);
  return name;
}
