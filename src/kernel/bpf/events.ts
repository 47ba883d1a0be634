// Events of the kernel from BPF programs through a ring buffer: bpf/events.bpf.c, bpf/lifetimes.bpf.c.
import { closeSync } from 'node:fs';
import { loadAddon } from '../addon/addon.ts';
import { awaitReadiness, readable } from '../own/readiness.ts';
import { type BpfRefusal, explainNoAddon, explainRefusal } from './refusal.ts';
import { loadBpfSkeleton } from './run.ts';

export interface BpfEventStream {
  /** Records that wait, at most 1 MiB of them; empty when there are none. Parse with src/parse/records/bpf-events.ts. */
  drain(): Buffer;
  /** How many events found the ring full since the last call. */
  takeLost(): number;
  close(): void;
}

/** What a ring holds where nothing else is asked for. */
const usualRingBytes = 1 << 22;

/**
 * Attaches the programs.
 * @param ready - called on the main thread when there is something to drain that is not to wait
 * @param ringBytes - a power of two, a page at least
 */
export function openBpfEvents(
  name: 'events' | 'lifetimes',
  ready: () => void,
  ringBytes = usualRingBytes,
): BpfEventStream | BpfRefusal {
  const found = loadAddon();
  if ('missing' in found) return explainNoAddon(found.missing);
  const { addon } = found;
  const loaded = loadBpfSkeleton(addon, name, [ringBytes]);
  if ('code' in loaded) return loaded;
  const [ringMap = -1, lostMap = -1] = loaded.maps;
  const open = [...loaded.maps, ...loaded.programs];
  let lost = 0n;
  try {
    const ring = addon.ringOpen(ringMap, ringBytes);
    for (const program of loaded.programs) open.push(addon.bpfAttachTracing(program));
    const stopWaiting = awaitReadiness(addon, [{ fd: ringMap, events: readable, ready }]);
    return {
      drain: () => addon.ringDrain(ring),
      takeLost: () => {
        const total = addon.bpfLookupWord(lostMap, 0);
        const added = Number(total - lost);
        lost = total;
        return added;
      },
      close: () => {
        stopWaiting();
        addon.ringClose(ring);
        for (const fd of open.splice(0)) closeSync(fd);
      },
    };
  } catch (error) {
    for (const fd of open) closeSync(fd);
    return explainRefusal(name, error);
  }
}
