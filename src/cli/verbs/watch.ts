// nscope watch: what happens to namespaces, a line an event, for as long as somebody reads.
import { awaitReader } from '../../kernel/own/reader-left.ts';
import { watch } from '../../live/watch/watch.ts';
import type { EventSourceName, NamespaceEvent, StateElement } from '../../model/live/events.ts';
import {
  type EventColumn,
  type EventRow,
  eventColumns,
  formatEventLine,
  usualEventColumns,
} from '../../render/columns/event-columns.ts';
import { formatJson } from '../../render/words/escape.ts';
import { keepYoungHeapSmall } from '../line/small-heap.ts';
import { chooseColumns, makeRowTest, toJsonRow } from '../reading/choose-columns.ts';
import { readTypes } from '../reading/read-types.ts';
import { EventCounts } from '../screen/event-counts.ts';
import { LineWriter } from '../screen/line-writer.ts';
import { choosePalette, readTerminalWidth, writeRemark } from '../screen/output.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import { readSource } from '../table/source-option.ts';

const statsEveryMs = 1000;

/** What each source cannot see, in a few words; the whole is in the first object with --json. */
const briefly: Readonly<Record<EventSourceName, string>> = {
  'bpf-hooks': 'holders gone within a second',
  bpf: 'some of what is gone within a tenth of a second',
  'process-events': 'some of what is gone within milliseconds',
  comparison: 'what comes and goes between two snapshots',
};

export async function run(_words: readonly string[], options: OptionValues): Promise<number> {
  const columns = chooseColumns(eventColumns, usualEventColumns, options) as readonly EventColumn[];
  const isChosen = await makeRowTest(eventColumns, options);
  const watchOptions = {
    source: readSource(options),
    types: readTypes(options),
    processes: options.processes === true,
    intervalMs: readInterval(options),
    bpf: options.bpf !== false,
  };
  keepYoungHeapSmall();
  const ending = new AbortController();
  const stop = (): void => ending.abort();
  const writer = new LineWriter(stop);
  const unwatchReader = awaitReader(stop);
  const counts = new EventCounts();
  const timer = options.stats
    ? setInterval(() => writer.write(formatStats(counts.take(), options)), statsEveryMs)
    : undefined;
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    let users: EventRow['users'] = {};
    for await (const element of watch({ ...watchOptions, signal: ending.signal })) {
      if (element.event === 'state') {
        users = element.snapshot.host.users;
        writeState(element, columns, options, writer);
        continue;
      }
      const row = { event: element, users };
      if (!isChosen(row)) continue;
      counts.add(element);
      if (!options.stats) writer.write([formatEvent(element, row, columns, options)]);
    }
    if (options.stats) writer.write(formatTotals(counts, options));
    writer.flush();
    return 0;
  } finally {
    clearInterval(timer);
    unwatchReader();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function writeState(
  element: StateElement,
  columns: readonly EventColumn[],
  options: OptionValues,
  writer: LineWriter,
): void {
  const { snapshot, source, ...numbered } = element;
  if (options.json) {
    writer.write([formatJson({ ...numbered, source, ...(options.state ? { snapshot } : {}) })]);
    return;
  }
  if (element.seq > 1) return;
  writeRemark(`events come by ${source.name}; not seen: ${briefly[source.name]}; --json tells all`, options);
  if (options.header !== false && !options.stats)
    writer.write([choosePalette().strong(formatEventLine(columns, undefined, widthFor(options)))]);
}

function formatEvent(
  event: NamespaceEvent,
  row: EventRow,
  columns: readonly EventColumn[],
  options: OptionValues,
): string {
  if (options.json) return formatJson(options.columns === undefined ? event : toJsonRow(columns, row));
  const line = formatEventLine(columns, row, widthFor(options));
  if (!('namespace' in event)) return line;
  const { type, inode } = event.namespace;
  const name = `${type}:[${inode}]`;
  return line.replace(name, choosePalette().types[type](name));
}

function formatStats(second: Readonly<Record<string, number>>, options: OptionValues): string[] {
  const at = new Date().toISOString();
  if (options.json) return [formatJson({ event: 'stats', at, seconds: 1, counts: second })];
  const words = Object.entries(second).map(([name, count]) => `${name} ${count}`);
  return words.length === 0 ? [] : [`${at.slice(11, 19)}  ${words.join(', ')}`];
}

function formatTotals(counts: EventCounts, options: OptionValues): string[] {
  const { events, types, seconds } = counts.totals();
  if (options.json) return [formatJson({ event: 'totals', seconds, counts: events, types })];
  const rate = (count: number): string => (count / Math.max(seconds, 0.001)).toFixed(1);
  const lines = Object.entries(events).map(([name, count]) => {
    const byType = Object.entries(types[name] ?? {}).map(([type, number]) => `${type} ${number}`);
    return `${name.padEnd(10)} ${String(count).padStart(8)} ${rate(count).padStart(9)}/s  ${byType.join(', ')}`.trimEnd();
  });
  return [`${seconds.toFixed(1)} s`, ...lines];
}

function widthFor(options: OptionValues): number | undefined {
  return options.wide ? undefined : readTerminalWidth();
}

function readInterval(options: OptionValues): number | undefined {
  if (options.interval === undefined) return undefined;
  const seconds = Number(options.interval);
  if (!(seconds >= 0.01 && seconds <= 86_400))
    throw new UsageError(`--interval takes seconds from 0.01 to 86400, not "${options.interval}"`);
  return seconds * 1000;
}
