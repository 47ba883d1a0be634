// The lines and objects of `nscope watch`: of its first state, of events, and of how many there were.

import type { EventSourceName, NamespaceEvent, StateElement } from '../../model/live/events.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import { type EventColumn, type EventRow, formatEventLine, readWhose } from '../../render/columns/event-columns.ts';
import { escapeText, formatJson } from '../../render/words/escape.ts';
import { toJsonRow } from '../reading/choose-columns.ts';
import type { EventCounts } from '../screen/event-counts.ts';
import type { LineWriter } from '../screen/line-writer.ts';
import { choosePalette, readTerminalWidth, writeRemark } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';

/** What each source cannot see, in a few words; the whole is in the first object with --json. */
const briefly: Readonly<Record<EventSourceName, string>> = {
  'bpf-hooks': 'holders gone within a second',
  bpf: 'some of what is gone within a tenth of a second',
  'process-events': 'some of what is gone within milliseconds',
  comparison: 'what comes and goes between two snapshots',
};

/** The words of links are longer than those of namespaces. */
export function makeRoom(column: EventColumn): EventColumn {
  return column.name === 'event' ? { ...column, width: 'link-changed'.length } : column;
}

export function writeState(
  element: StateElement,
  columns: readonly EventColumn[],
  options: OptionValues,
  writer: LineWriter,
): void {
  const { snapshot, source, mounts = [], links = [], ...numbered } = element;
  if (options.json) {
    const contents = { ...(options.mounts ? { mounts } : {}), ...(options.links ? { links } : {}) };
    const whole = options.state ? { snapshot, ...contents } : withoutLists(contents);
    writer.write([formatJson({ ...numbered, source, ...whole })]);
    return;
  }
  if (element.seq > 1) return;
  for (const { inode, via, refused } of [...mounts, ...links])
    if (via === 'none' || via === 'comparison') {
      const type = mounts.some((one) => one.inode === inode) ? 'mnt' : 'net';
      const what = type === 'mnt' ? 'mounts' : 'links';
      const how = via === 'none' ? 'are not watched' : 'are compared every 5 seconds';
      writeRemark(`the ${what} of ${formatNamespace(type, inode)} ${how}: ${escapeText(refused.join('; '))}`, options);
    }
  writeRemark(`events come by ${source.name}; not seen: ${briefly[source.name]}; --json tells all`, options);
  if (options.header !== false && !options.stats && !options.exec)
    writer.write([choosePalette().strong(formatEventLine(columns, undefined, widthFor(options)))]);
}

/** How they are watched alone; how many there are is there where that is known. */
function withoutLists({ mounts, links }: Pick<StateElement, 'mounts' | 'links'>) {
  const count = (things: Known<readonly unknown[]>) => (isKnown(things) ? things.length : things);
  return {
    ...(mounts ? { mounts: mounts.map((one) => ({ ...one, mounts: count(one.mounts) })) } : {}),
    ...(links ? { links: links.map((one) => ({ ...one, links: count(one.links) })) } : {}),
  };
}

export function formatEventJson(
  event: NamespaceEvent,
  row: EventRow,
  columns: readonly EventColumn[],
  options: OptionValues,
): string {
  if (options.columns !== undefined) return formatJson(toJsonRow(columns, row));
  return formatJson('mountId' in event || 'link' in event ? { ...event, whose: readWhose(row) } : event);
}

export function formatEvent(
  event: NamespaceEvent,
  row: EventRow,
  columns: readonly EventColumn[],
  options: OptionValues,
): string {
  if (options.json) return formatEventJson(event, row, columns, options);
  const line = formatEventLine(columns, row, widthFor(options));
  if (!('namespace' in event)) return line;
  const { type, inode } = event.namespace;
  const name = `${type}:[${inode}]`;
  return line.replace(name, choosePalette().types[type](name));
}

export function formatStats(second: Readonly<Record<string, number>>, options: OptionValues): string[] {
  const at = new Date().toISOString();
  if (options.json) return [formatJson({ event: 'stats', at, seconds: 1, counts: second })];
  const words = Object.entries(second).map(([name, count]) => `${name} ${count}`);
  return words.length === 0 ? [] : [`${at.slice(11, 19)}  ${words.join(', ')}`];
}

export function formatTotals(counts: EventCounts, options: OptionValues): string[] {
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
