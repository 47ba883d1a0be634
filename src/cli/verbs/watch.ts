// nscope watch: what happens to namespaces, a line or a command an event, for as long as somebody reads.

import { awaitReader } from '../../kernel/own/reader-left.ts';
import { UserNames } from '../../kernel/own/users.ts';
import { canExecute } from '../../launch/namespaces/find-program.ts';
import { maxContents } from '../../live/contents/contents.ts';
import { watch } from '../../live/watch/watch.ts';
import type { EventSourceName, NamespaceEvent, StateElement } from '../../model/live/events.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import {
  type EventColumn,
  type EventRow,
  eventColumns,
  formatEventLine,
  readWhose,
  usualEventColumns,
} from '../../render/columns/event-columns.ts';
import { escapeText, formatJson } from '../../render/words/escape.ts';
import { nameHomes } from '../../render/words/group-names.ts';
import { EventCommands } from '../command/event-commands.ts';
import { keepHeapSmall } from '../line/small-heap.ts';
import { chooseColumns, makeRowTest, toJsonRow } from '../reading/choose-columns.ts';
import { readTarget } from '../reading/optional-target.ts';
import { readTypes } from '../reading/read-types.ts';
import { EventCounts } from '../screen/event-counts.ts';
import { LineWriter } from '../screen/line-writer.ts';
import { choosePalette, readTerminalWidth, writeNote, writeRemark } from '../screen/output.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import { readSource } from '../table/source-option.ts';
import type { GivenCommand } from '../table/verb-module.ts';

const statsEveryMs = 1000;

/** What each source cannot see, in a few words; the whole is in the first object with --json. */
const briefly: Readonly<Record<EventSourceName, string>> = {
  'bpf-hooks': 'holders gone within a second',
  bpf: 'some of what is gone within a tenth of a second',
  'process-events': 'some of what is gone within milliseconds',
  comparison: 'what comes and goes between two snapshots',
};

export async function run(words: readonly string[], options: OptionValues, given: GivenCommand): Promise<number> {
  const { behind } = given;
  const chosen = chooseColumns(eventColumns, usualEventColumns, options) as readonly EventColumn[];
  const columns = options.links ? chosen.map(makeRoom) : chosen;
  const isChosen = await makeRowTest(eventColumns, options);
  await checkContents(given);
  const watchOptions = {
    source: readSource(options),
    types: readTypes(options),
    processes: options.processes === true,
    holders: wantsHolders(options),
    intervalMs: readSeconds(options, 'interval', 0.01, 86_400),
    bpf: options.bpf !== false,
  };
  const commands = readCommands(behind ? [...words, ...(words.length > 0 ? ['--'] : []), ...behind] : words, options);
  const count = readWhole(options, 'count') ?? Number.POSITIVE_INFINITY;
  const forMs = readSeconds(options, 'for', 0.01, 2_000_000);
  keepHeapSmall();
  const contents = await findContents(options, given);
  const ending = new AbortController();
  const finish = (): void => ending.abort();
  const stop = (): void => {
    finish();
    commands?.stop();
  };
  const writer = new LineWriter(stop);
  const unwatchReader = awaitReader(stop);
  const counts = new EventCounts();
  const timers: NodeJS.Timeout[] = [];
  if (options.stats) timers.push(setInterval(() => writer.write(formatStats(counts.take(), options)), statsEveryMs));
  for (const signal of endingSignals) process.on(signal, stop);
  let seen = 0;
  try {
    let users = new UserNames();
    for await (const element of watch({ ...watchOptions, ...contents, signal: ending.signal })) {
      if (element.event === 'state') {
        const { host } = element.snapshot;
        users = new UserNames(host.users, host.vantage.unmappedUid);
        writeState(element, columns, options, writer);
        // Later ones follow a loss.
        if (element.seq === 1 && forMs !== undefined) timers.push(setTimeout(finish, forMs));
        continue;
      }
      const row = { event: element, users, whose: contents.whose };
      if (!isChosen(row)) {
        noteLoss(element);
        continue;
      }
      counts.add(element);
      if (commands)
        commands.run({ line: formatEventJson(element, row, columns, options), variables: describeForCommand(row) });
      else if (!options.stats) writer.write([formatEvent(element, row, columns, options)]);
      if (element.event !== 'lost' && element.event !== 'resync' && ++seen >= count) break;
    }
    await commands?.finish();
    if (options.stats) writer.write(formatTotals(counts, options));
    writer.flush();
    return count !== Number.POSITIVE_INFINITY && seen < count ? 1 : 0;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    unwatchReader();
    for (const signal of endingSignals) process.off(signal, stop);
  }
}

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whoever asks for them in a filter or a column need not ask twice. */
function wantsHolders({ holders, filter, columns }: OptionValues): boolean {
  return holders === true || [filter, columns].some((text) => /\b(?:held|released|holder)\b/.test(text ?? ''));
}

/** The words of links are longer than those of namespaces. */
function makeRoom(column: EventColumn): EventColumn {
  return column.name === 'event' ? { ...column, width: 'link-changed'.length } : column;
}

const contentOptions = [
  ['mounts', 'mnt'],
  ['links', 'net'],
] as const;

/** Nothing was read yet. @throws UsageError */
async function checkContents({ repeated }: GivenCommand): Promise<void> {
  for (const [name] of contentOptions) {
    const words = repeated[name] ?? [];
    for (const word of words) await readTarget(word);
    if (words.length > maxContents)
      throw new UsageError(`--${name} takes ${maxContents} TARGETs at most, not ${words.length}`);
  }
}

interface WatchedContents {
  readonly mounts: readonly number[];
  readonly links: readonly number[];
  /** Whose the namespace of an event is, of mounts and links. */
  whose(type: NamespaceType, inode: number): string | null;
}

/** @throws UsageError, NotFoundError for a TARGET that leads to no such namespace */
async function findContents(options: OptionValues, { repeated }: GivenCommand): Promise<WatchedContents> {
  if (!options.mounts && !options.links) return { mounts: [], links: [], whose: () => null };
  const { findNamespaceInode, readNamespaces } = await import('../reading/find-namespace.ts');
  const index = await readNamespaces(options);
  const nameOf = nameHomes(index);
  // The snapshot itself is not kept.
  const names = new Map<string, string>();
  const find = (name: 'mounts' | 'links', type: 'mnt' | 'net'): number[] => {
    const words = [...(repeated[name] ?? []), ...(options[name] === true ? ['self'] : [])];
    const inodes = words.map((word) => findNamespaceInode(word, type, index, options));
    for (const inode of inodes) names.set(formatNamespace(type, inode), nameOf(type, inode));
    return inodes;
  };
  const [mounts = [], links = []] = contentOptions.map(([name, type]) => find(name, type));
  return { mounts, links, whose: (type, inode) => names.get(formatNamespace(type, inode)) ?? null };
}

/** A filter that leaves out losses must not make them a secret. */
function noteLoss(event: NamespaceEvent): void {
  if (event.event !== 'lost') return;
  writeNote(
    `nscope: ${event.count ?? 'an unknown number of'} events were lost (${event.where}); what they told of is found by comparison`,
  );
}

/** @throws UsageError for a command without --exec, and for options that would print something else */
function readCommands(words: readonly string[], options: OptionValues): EventCommands | undefined {
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

/** Numbers and words of nscope's own alone: what processes chose is in the JSON. An earlier nscope's do not stay. */
function describeForCommand(row: EventRow): NodeJS.ProcessEnv {
  const { event } = row;
  const cell = (name: string): string | undefined => {
    const value = eventColumns.find((column) => column.name === name)?.value(row);
    return value === null || value === undefined ? undefined : String(value);
  };
  return {
    NSCOPE_EVENT: event.event,
    NSCOPE_NAMESPACE: cell('ns'),
    NSCOPE_TYPE: cell('type'),
    NSCOPE_INODE: cell('inode'),
    NSCOPE_PID: cell('pid'),
    NSCOPE_UID: cell('uid'),
  };
}

function writeState(
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

function formatEventJson(
  event: NamespaceEvent,
  row: EventRow,
  columns: readonly EventColumn[],
  options: OptionValues,
): string {
  if (options.columns !== undefined) return formatJson(toJsonRow(columns, row));
  return formatJson('mountId' in event || 'link' in event ? { ...event, whose: readWhose(row) } : event);
}

function formatEvent(
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

/** @returns milliseconds. @throws UsageError */
function readSeconds(
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
function readWhole(options: OptionValues, name: 'count' | 'jobs'): number | undefined {
  const word = options[name];
  if (word === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(word)) throw new UsageError(`--${name} takes a whole number from 1 on, not "${word}"`);
  return Number(word);
}
