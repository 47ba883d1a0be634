// Who can receive what waits in the queues of unix sockets: a queue may be that of a socket which itself lies in a queue.
import type { BpfFileRecord, BpfFiles, BpfReceiver } from './bpf-files.ts';

/** Something in a queue that holds a namespace. */
export interface Queued {
  readonly record: BpfFileRecord;
  /** Descriptors of that socket, or of the one in whose queue it lies, at any depth; empty: none that was seen. */
  readonly receivers: readonly BpfReceiver[];
}

/**
 * @param receivers - what readBpfFiles says of descriptors
 * @param queues - what readBpfQueues gives
 */
export function findReceivers({ receivers }: Pick<BpfFiles, 'receivers'>, queues: BpfFiles): Queued[] {
  const byQueue = group(receivers, ({ queue }) => queue);
  const outers = group(queues.nested, ({ inner }) => inner);
  const known = new Map<bigint, readonly BpfReceiver[]>();
  const find = (queue: bigint): readonly BpfReceiver[] => {
    // Sockets may lie in each other's queues.
    const reached = new Set([queue]);
    for (const one of reached) for (const { outer } of outers.get(one) ?? []) reached.add(outer);
    return [...reached].flatMap((one) => byQueue.get(one) ?? []);
  };
  return queues.records.map((record) => {
    const found = known.get(record.queue) ?? find(record.queue);
    known.set(record.queue, found);
    return { record, receivers: found };
  });
}

function group<T>(all: readonly T[], keyOf: (one: T) => bigint): ReadonlyMap<bigint, readonly T[]> {
  const groups = new Map<bigint, T[]>();
  for (const one of all) {
    const known = groups.get(keyOf(one));
    if (known) known.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}

/** Equal for the same thing in the same queue. */
export function keyOfQueued({ record: { queue, kind, type, inode } }: Queued): string {
  return `${queue} ${kind} ${type} ${inode}`;
}
