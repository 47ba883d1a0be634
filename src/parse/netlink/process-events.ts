// The kernel's process events, struct proc_event of linux/cn_proc.h, as native/process-events.c hands them on.

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

/** Every event has `what`, `cpu` and the time before what its kind adds. */
const headBytes = 16;
const bytesOfKind: Readonly<Record<ProcessEventKind, number>> = { fork: 16, exec: 8, exit: 16 };

/**
 * Other kinds (uid, gid, session, comm, acknowledgements) are passed over.
 * @throws Error when an event is cut
 */
export function parseProcessEvents(bytes: Uint8Array): ProcessEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: ProcessEvent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at + 8;
    if (start > bytes.length) throw new Error('a process event is cut');
    const length = view.getUint32(at, true);
    at = start + Math.ceil(length / 8) * 8;
    if (at > bytes.length) throw new Error('a process event is cut');
    const kind = length >= headBytes ? kinds[view.getUint32(start, true)] : undefined;
    if (!kind) continue;
    if (length < headBytes + bytesOfKind[kind]) throw new Error(`a process event of ${length} bytes is cut`);
    const word = (index: number): number => view.getUint32(start + headBytes + 4 * index, true);
    const own = kind === 'fork' ? 2 : 0;
    events.push({
      kind,
      atNs: Number(view.getBigUint64(start + 8, true)),
      tid: word(own),
      pid: word(own + 1),
      ppid: kind === 'fork' ? word(1) : 0,
    });
  }
  return events;
}
