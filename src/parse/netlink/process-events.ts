// The kernel's process events, struct proc_event of linux/cn_proc.h, as native/process-events.c hands them on.
import { layOut } from '../records/layout.ts';
import { RecordReader } from '../records/record-reader.ts';

type ProcessEventKind = 'fork' | 'exec' | 'exit';

export interface ProcessEvent {
  readonly kind: ProcessEventKind;
  /** Nanoseconds of CLOCK_MONOTONIC. */
  readonly atNs: number;
  /** The process; as the initial pid namespace has them, here and below. */
  readonly pid: number;
  readonly tid: number;
  /** `fork`: the process that made it; else 0. */
  readonly ppid: number;
}

const kinds: Readonly<Record<number, ProcessEventKind>> = { 1: 'fork', 2: 'exec', 2147483648: 'exit' };

/** Before each event. */
export const eventHeadLayout = layOut('struct event_head of native/process-events.c', { length: 'u32', pad: 'u32' });

/** What every event has before what its kind adds. */
const head = { what: 'u32', cpu: 'u32', timestamp_ns: 'u64' } as const;

export const forkLayout = layOut('struct proc_event of native/process-events.c', {
  ...head,
  'event_data.fork.parent_pid': 'u32',
  'event_data.fork.parent_tgid': 'u32',
  'event_data.fork.child_pid': 'u32',
  'event_data.fork.child_tgid': 'u32',
});
export const execLayout = layOut('struct proc_event of native/process-events.c', {
  ...head,
  'event_data.exec.process_pid': 'u32',
  'event_data.exec.process_tgid': 'u32',
});
export const exitLayout = layOut('struct proc_event of native/process-events.c', {
  ...head,
  'event_data.exit.process_pid': 'u32',
  'event_data.exit.process_tgid': 'u32',
  'event_data.exit.exit_code': 'u32',
  'event_data.exit.exit_signal': 'u32',
});

const headBytes = execLayout.word['event_data.exec.process_pid'] * 4;
const parentWord = forkLayout.word['event_data.fork.parent_tgid'];

/** By kind the bytes that there must be, and in which words an event has its thread and process. */
const places: Readonly<Record<ProcessEventKind, Readonly<Record<'bytes' | 'tid' | 'pid', number>>>> = {
  fork: {
    bytes: forkLayout.bytes,
    tid: forkLayout.word['event_data.fork.child_pid'],
    pid: forkLayout.word['event_data.fork.child_tgid'],
  },
  exec: {
    bytes: execLayout.bytes,
    tid: execLayout.word['event_data.exec.process_pid'],
    pid: execLayout.word['event_data.exec.process_tgid'],
  },
  exit: {
    bytes: exitLayout.bytes,
    tid: exitLayout.word['event_data.exit.process_pid'],
    pid: exitLayout.word['event_data.exit.process_tgid'],
  },
};

/**
 * Other kinds (uid, gid, session, comm, acknowledgements) are passed over.
 * @throws Error when an event is cut
 */
export function parseProcessEvents(bytes: Uint8Array): ProcessEvent[] {
  const event = new RecordReader(bytes);
  const events: ProcessEvent[] = [];
  for (let at = 0; at * 4 < bytes.length; ) {
    const start = at + eventHeadLayout.words;
    if (start > event.length) throw new Error('a process event is cut');
    const length = event.goTo(at).u32(eventHeadLayout.word.length);
    at = start + Math.ceil(length / 8) * 2;
    if (at > event.length) throw new Error('a process event is cut');
    event.goTo(start);
    const kind = length >= headBytes ? kinds[event.u32(execLayout.word.what)] : undefined;
    if (!kind) continue;
    const { bytes: needed, tid, pid } = places[kind];
    if (length < needed) throw new Error(`a process event of ${length} bytes is cut`);
    events.push({
      kind,
      atNs: Number(event.u64(execLayout.word.timestamp_ns)),
      tid: event.u32(tid),
      pid: event.u32(pid),
      ppid: kind === 'fork' ? event.u32(parentWord) : 0,
    });
  }
  return events;
}
