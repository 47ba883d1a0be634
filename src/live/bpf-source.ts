// Events from the kernel's tracepoints, by BPF: bpf/events.bpf.c.
import { readPidView } from '../kernel/bpf.ts';
import { type BpfEventStream, openBpfEvents } from '../kernel/bpf-events.ts';
import { type BpfEvent, parseBpfEvents } from '../parse/bpf-events.ts';
import type { LiveSource, SourceHost, SourceOptions, SourceRefusal } from './source.ts';

export function openBpfSource(host: SourceHost, options: SourceOptions): LiveSource | SourceRefusal {
  const { isInitial, procIsOurs } = readPidView();
  if (!isInitial || !procIsOurs)
    return { refused: 'BPF: events have the PIDs of the initial pid namespace, and /proc here shows another one' };
  const drain = (): void => drainEvents(stream as BpfEventStream, host);
  const stream = openBpfEvents('events', drain, options.ringBytes);
  if ('code' in stream) return { refused: `BPF: ${stream.reason} (${stream.code}, ${stream.syscall})` };
  return {
    about: {
      name: 'bpf',
      cannotSee: [
        'a namespace that is made by another way than clone, unshare, open_tree or fsmount, or by a call of another architecture, and is gone within a quarter of a second',
        'the moment at which a namespace ended: it is seen up to a quarter of a second later',
        'a holder that comes and goes within a second',
      ],
      refused: [],
    },
    tellsProcesses: true,
    tellsNamespaces: false,
    drain,
    stop: () => stream.close(),
  };
}

function drainEvents(stream: BpfEventStream, host: SourceHost): void {
  for (;;) {
    const bytes = stream.drain();
    if (bytes.length === 0) break;
    for (const event of parseBpfEvents(bytes)) tell(event, host);
  }
  const lost = stream.takeLost();
  if (lost > 0) host.lost(lost);
}

function tell(event: BpfEvent, host: SourceHost): void {
  // What nscope's own threads do while they read is no event: they go back, or end.
  if (event.pid === process.pid) return;
  const { kind, atNs, tid, flags } = event;
  if (kind === 'began') host.began(event, atNs);
  else if (kind === 'named') host.named(event, flags, atNs);
  else if (kind === 'unshared') host.moved(event, 'unshare', atNs);
  else if (kind === 'joined') host.moved(event, 'setns', atNs);
  else if (kind === 'mounted') host.mounted(event, atNs);
  else {
    host.ended(tid, atNs);
    if (flags !== 0) host.lookSoon();
  }
}
