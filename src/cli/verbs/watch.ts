// nscope watch: what happens to namespaces, a line or a command an event, for as long as somebody reads.

import { awaitReader } from '../../kernel/own/reader-left.ts';
import { UserNames } from '../../kernel/own/users.ts';
import { watch } from '../../live/watch/watch.ts';
import type { NamespaceEvent } from '../../model/live/events.ts';
import {
  type EventColumn,
  type EventRow,
  eventColumns,
  usualEventColumns,
} from '../../render/columns/event-columns.ts';
import { keepHeapSmall } from '../line/small-heap.ts';
import { chooseColumns, makeRowTest } from '../reading/choose-columns.ts';
import { readTypes } from '../reading/read-types.ts';
import { EventCounts } from '../screen/event-counts.ts';
import { LineWriter } from '../screen/line-writer.ts';
import { writeNote } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';
import { readSource } from '../table/source-option.ts';
import type { GivenCommand } from '../table/verb-module.ts';
import { readCommands, readSeconds, readWhole, wantsHolders } from '../watch/read-options.ts';
import { checkContents, findContents } from '../watch/watched-contents.ts';
import {
  formatEvent,
  formatEventJson,
  formatStats,
  formatTotals,
  makeRoom,
  writeState,
} from '../watch/write-events.ts';

const statsEveryMs = 1000;

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
    for await (const element of watch({
      ...watchOptions,
      mounts: contents.mounts,
      links: contents.links,
      signal: ending.signal,
    })) {
      if (element.event === 'state') {
        const { host } = element.snapshot;
        users = new UserNames(host.users, host.vantage.unmappedUid);
        if (element.seq === 1) contents.checkSame(element.snapshot);
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

/** A filter that leaves out losses must not make them a secret. */
function noteLoss(event: NamespaceEvent): void {
  if (event.event !== 'lost') return;
  writeNote(
    `nscope: ${event.count ?? 'an unknown number of'} events were lost (${event.where}); what they told of is found by comparison`,
  );
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
