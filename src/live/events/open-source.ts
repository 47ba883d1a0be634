// Which source of events: the one asked for, else the best that this kernel and user permit.
import type { EventSourceName } from '../../model/live/events.ts';
import { openBpfSource, openHooksSource } from './bpf-source.ts';
import { openProcessEventsSource } from './process-events-source.ts';
import type { LiveSource, OpenSource, SourceHost } from './source.ts';
import type { WatchOptions } from './watch-options.ts';

/** The source that was asked for is not to be had. */
export class EventSourceError extends Error {
  override readonly name = 'EventSourceError';
  readonly code = 'NSCOPE_EVENT_SOURCE';
  /** Of a command that ends with it. */
  readonly exitStatus = 2;
}

/** Best first. Those behind the first that opens are not tried. */
const table: readonly (readonly [EventSourceName, OpenSource])[] = [
  ['bpf-hooks', openHooksSource],
  ['bpf', openBpfSource],
  ['process-events', openProcessEventsSource],
  ['comparison', openComparison],
];

/** @throws EventSourceError when the one that was asked for does not open */
export function openSource(host: SourceHost, options: WatchOptions): LiveSource {
  const { source, bpf = true, ringBytes } = options;
  const refused: string[] = [];
  for (const [name, open] of table) {
    if (source !== undefined && source !== name) continue;
    const usesBpf = name === 'bpf' || name === 'bpf-hooks';
    const opened = usesBpf && !bpf ? { refused: 'BPF was not to be used' } : open(host, { ringBytes });
    if (!('refused' in opened)) return { ...opened, about: { ...opened.about, refused } };
    if (source !== undefined)
      throw new EventSourceError(`the source "${source}" gives no events here: ${opened.refused}`);
    refused.push(opened.refused);
  }
  throw new EventSourceError(`there is no source "${source}"`);
}

function openComparison(): LiveSource {
  return {
    about: {
      name: 'comparison',
      cannotSee: [
        'a namespace, a process or a holder that comes and goes between two snapshots',
        'who made a namespace: the oldest process that is in it is named',
        'the moment: the time is that of the snapshot',
      ],
      refused: [],
    },
    tellsProcesses: false,
    tellsNamespaces: false,
    tellsMounts: false,
    drain: () => {},
    stop: () => {},
  };
}
