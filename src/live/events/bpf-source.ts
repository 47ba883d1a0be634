// Events from the kernel's tracepoints, by BPF: bpf/events.bpf.c.

import { type BpfEventStream, openBpfEvents } from '../../kernel/bpf/events.ts';
import { readPidView } from '../../kernel/bpf/run.ts';
import { type BpfEvent, parseBpfEvents } from '../../parse/records/bpf-events.ts';
import { type BpfLifetime, parseBpfLifetimes } from '../../parse/records/bpf-lifetimes.ts';
import { canListNamespaces } from '../lists/listed-namespaces.ts';
import type { LiveSource, SourceHost, SourceOptions, SourceRefusal } from './source.ts';

/** The tracepoints, with the kernel's list of namespaces beside them. */
export function openBpfSource(host: SourceHost, options: SourceOptions): LiveSource | SourceRefusal {
  const refused = refuseNumbers();
  if (refused) return refused;
  const drain = (): void => drainEvents(stream as BpfEventStream, host);
  const stream = openBpfEvents('events', drain, options.ringBytes);
  if ('code' in stream) return { refused: `BPF: ${stream.reason} (${stream.code}, ${stream.syscall})` };
  return {
    about: {
      name: 'bpf',
      cannotSee: [...(canListNamespaces() ? unseenBesideList : unseenWithoutList), unseenHolder],
      refused: [],
    },
    tellsProcesses: true,
    tellsNamespaces: false,
    tellsMounts: true,
    drain,
    stop: () => stream.close(),
  };
}

/** The same, and the making and freeing of namespaces by trampolines, so that no list need be read. */
export function openHooksSource(host: SourceHost, options: SourceOptions): LiveSource | SourceRefusal {
  const refused = refuseNumbers();
  if (refused) return refused;
  let events: BpfEventStream | undefined;
  const drain = (): void => {
    // Two rings, one time: what is made comes before who goes there, and who leaves before what is freed.
    const waiting = [...takeLifetimes(lifetimes as BpfEventStream), ...(events ? takeEvents(events) : [])].sort(
      (a, b) => a.atNs - b.atNs,
    );
    for (const one of waiting)
      if ('id' in one) tellLifetime(one, host);
      else tell(one, host);
    if (waiting.length === 0) return;
    tellLoss(lifetimes as BpfEventStream, host);
    if (events) tellLoss(events, host);
  };
  const lifetimes = openBpfEvents('lifetimes', drain, options.ringBytes);
  if ('code' in lifetimes)
    return {
      refused: `BPF at the making of namespaces: ${explainHooks(lifetimes)} (${lifetimes.code}, ${lifetimes.syscall})`,
    };
  const opened = openBpfEvents('events', drain, options.ringBytes);
  if ('code' in opened) {
    lifetimes.close();
    return { refused: `BPF: ${opened.reason} (${opened.code}, ${opened.syscall})` };
  }
  events = opened;
  return {
    about: { name: 'bpf-hooks', cannotSee: [unseenHolder], refused: [] },
    tellsProcesses: true,
    tellsNamespaces: true,
    tellsMounts: true,
    drain,
    stop: () => {
      lifetimes.close();
      opened.close();
    },
  };
}

const otherWay =
  'a namespace that is made by another way than clone, unshare, open_tree or fsmount, or by a call of another architecture, and is gone';

const unseenBesideList = [
  `${otherWay} within a tenth of a second`,
  'the moment at which a namespace ended: it is seen up to a tenth of a second later',
];

/** Before Linux 6.18. */
const unseenWithoutList = [
  `${otherWay} before the next snapshot`,
  'the moment at which a namespace ended: this kernel lists its namespaces to nobody (Linux 6.18 does), so the end is seen with the next snapshot, a second or more later, and not at all where the number was used again by then',
  'the end of one that nothing visible held',
];

const unseenHolder = 'a holder that comes and goes within a second';

function refuseNumbers(): SourceRefusal | undefined {
  const { isInitial, procIsOurs } = readPidView();
  if (isInitial && procIsOurs) return undefined;
  return { refused: 'BPF: events have the PIDs of the initial pid namespace, and /proc here shows another one' };
}

/** Where other programs load, a refusal means the trampolines. */
function explainHooks({ code, reason }: { readonly code: string; readonly reason: string }): string {
  return code === 'EPERM' || code === 'EACCES' || code === 'ENOTSUPP' || code === 'EOPNOTSUPP'
    ? 'this kernel forbids trampolines (fentry, fexit), or BPF is not permitted'
    : reason;
}

function drainEvents(stream: BpfEventStream, host: SourceHost): void {
  let isAny = false;
  for (const event of takeEvents(stream)) {
    isAny = true;
    tell(event, host);
  }
  // A ring that found no room was full.
  if (isAny) tellLoss(stream, host);
}

function* takeEvents(stream: BpfEventStream): Generator<BpfEvent> {
  for (let bytes = stream.drain(); bytes.length > 0; bytes = stream.drain()) yield* parseBpfEvents(bytes);
}

function* takeLifetimes(stream: BpfEventStream): Generator<BpfLifetime> {
  for (let bytes = stream.drain(); bytes.length > 0; bytes = stream.drain()) yield* parseBpfLifetimes(bytes);
}

function tellLoss(stream: BpfEventStream, host: SourceHost): void {
  const lost = stream.takeLost();
  if (lost > 0) host.lost(lost);
}

function tellLifetime({ kind, atNs, type, inode, id, ...by }: BpfLifetime, host: SourceHost): void {
  if (kind === 'created') host.created({ type, inode, id }, by, atNs);
  else host.destroyed({ type, inode, id }, atNs);
}

function tell(event: BpfEvent, host: SourceHost): void {
  // What nscope's own threads do while they read is no event: they go back, or end.
  if (event.pid === process.pid) return;
  const { kind, atNs, tid, flags } = event;
  if (kind === 'fork') host.fork(event, atNs);
  else if (kind === 'exec') host.exec(event, flags, atNs);
  else if (kind === 'unshare') host.moved(event, 'unshare', atNs);
  else if (kind === 'setns') host.moved(event, 'setns', atNs);
  else if (kind === 'mount') host.mount(event, atNs);
  else if (kind === 'attach') host.attached(event, atNs);
  else {
    host.exit(tid, atNs);
    if (flags !== 0) host.listSoon();
  }
}
