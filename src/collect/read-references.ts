// What has references of namespaces, and how many the kernel counts. Linux 6.18 with BPF.
import {
  type BpfReading,
  readBpfNamespaces,
  readBpfProxies,
  readBpfReferences,
  readBpfSuperblocks,
  readPidView,
} from '../kernel/bpf/run.ts';
import type { CountedReferences, ReferenceReading, ReferenceSighting } from '../model/evidence/references.ts';
import { parseBpfNamespaces } from '../parse/records/bpf-namespaces.ts';
import { parseBpfProxies, parseBpfReferences } from '../parse/records/bpf-references.ts';
import { parseBpfSuperblocks } from '../parse/records/bpf-superblocks.ts';

/**
 * A sighting, the kernel's counts, and a sighting again.
 * @param earlier - whose last sighting is the first of this one
 * @returns undefined where one of them cannot be had: before Linux 6.18, without BPF, below the initial pid namespace
 */
export function readReferences(earlier?: ReferenceReading): ReferenceReading | undefined {
  const before = earlier ? earlier.after : readFirstSighting();
  const counted = before && readCounts();
  const after = counted && readSighting();
  return after && { before, counted, after };
}

/** Loading a program takes milliseconds, in which much can change: all are loaded before it. */
function readFirstSighting(): ReferenceSighting | undefined {
  return readPidView().isInitial && readCounts() && readSighting() ? readSighting() : undefined;
}

function readCounts(): ReadonlyMap<bigint, CountedReferences> | undefined {
  const bytes = wholeBytes(readBpfNamespaces());
  return (
    bytes &&
    new Map(
      parseBpfNamespaces(bytes).map(({ id, type, references, inodeUsers }) => [id, { type, references, inodeUsers }]),
    )
  );
}

function readSighting(): ReferenceSighting | undefined {
  const tasks = wholeBytes(readBpfProxies());
  const files = tasks && wholeBytes(readBpfReferences());
  const superblocks = files && wholeBytes(readBpfSuperblocks());
  if (!superblocks) return undefined;
  const mounts = new Map<bigint, string[]>();
  for (const { way, id, mountId, mountNamespaceInode } of parseBpfSuperblocks(superblocks))
    if (way === 'bind-mount') mounts.set(id, [...(mounts.get(id) ?? []), `${mountId} ${mountNamespaceInode}`]);
  return { tasks: parseBpfProxies(tasks), files: parseBpfReferences(files), mounts };
}

function wholeBytes(reading: BpfReading): Buffer | undefined {
  return 'bytes' in reading && reading.missed === 0 ? reading.bytes : undefined;
}
