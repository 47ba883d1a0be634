// Runs the BPF programs (bpf/*.bpf.c): loads each once, when first asked for, and reads what its iterator writes.
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import { parseNestedPids } from '../../parse/proc/status.ts';
import { type Addon, type AddonBpf, type AddonBpfReading, type BpfReader, loadAddon } from '../addon/addon.ts';
import { type BpfProgram, btfFile, readSkeleton, tryOrder } from './programs.ts';
import { type BpfRefusal, explainNoAddon, explainRefusal, explainRefusals, meetsEveryProgram } from './refusal.ts';
import { type PreparedBpf, type PreparedProgram, startBpf } from './start.ts';

/** All records of one pass (see src/parse/bpf-*.ts). */
interface BpfRecords {
  readonly bytes: Buffer;
  /** How many found no room although room was asked for; they are not among the records. */
  readonly missed: number;
}

/** Either what one pass gave, or why there is nothing. */
export type BpfReading = BpfRecords | { readonly refused: BpfRefusal };

/** Loaded programs, or why one is not there. */
const readers = new Map<BpfProgram, BpfReader | BpfRefusal>();

/** What was read as soon as its program was loaded, and is as good as new for so long. */
const readings = new Map<BpfProgram, AddonBpfReading>();
const freshMs = 250;

/** How many records of a program found room where that was not what it begins with. */
const rooms = new Map<BpfProgram, number>();

/** Programs that a thread is loading, or has loaded, and that nobody has read. */
const starts = new Map<BpfProgram, PreparedProgram>();

/** Every namespace of the kernel, whatever holds it. Linux 6.18. Parse with parseBpfNamespaces. */
export function readBpfNamespaces(): BpfReading {
  return readProgram('namespaces');
}

/**
 * Namespaces that super blocks, mounts and the list of network namespaces lead to; made for kernels before 6.18.
 * Parse with parseBpfSuperblocks.
 */
export function readBpfSuperblocks(): BpfReading {
  return readProgram('superblocks');
}

/** Open files that hold a namespace, of the processes in the caller's pid namespace. Parse with parseBpfFiles. */
export function readBpfFiles(): BpfReading {
  return readProgram('files');
}

/** What waits in the queue of every unix socket of the kernel. Parse with parseBpfQueues. */
export function readBpfQueues(): BpfReading {
  return readProgram('queues');
}

/** Mapped files that hold a namespace, of the same processes. Linux 6.7. Parse with parseBpfFiles. */
export function readBpfMappings(): BpfReading {
  return readProgram('mappings');
}

/** What working and root directories and programs of the same processes hold. Parse with parseBpfFiles. */
export function readBpfPaths(): BpfReading {
  return readProgram('paths');
}

/** Of each thread in the caller's pid namespace its set of namespaces. Linux 6.18. Parse with parseBpfProxies. */
export function readBpfProxies(): BpfReading {
  return readProgram('proxies');
}

/** Descriptors whose files keep references of namespaces. Linux 6.18. Parse with parseBpfReferences. */
export function readBpfReferences(): BpfReading {
  return readProgram('references');
}

/** How many namespaces each user has in each user namespace, as the kernel counts, and the limits. Parse with parseBpfCounts. */
export function readBpfCounts(): BpfReading {
  return readProgram('ucounts');
}

/** On whose account each namespace stands. Linux 6.18. Parse with parseBpfCharges. */
export function readBpfCharges(): BpfReading {
  return readProgram('charges');
}

/**
 * What keeps these super blocks and block devices in use: descriptors, bound sockets, and what waits in queues.
 * Parse with parseBpfMountUses.
 * @param devices - as packDevices has them
 */
export function readBpfMountFiles(devices: Uint32Array): BpfReading {
  return readProgram('mount-files', devices);
}

/** The same by working and root directories, programs and mapped files. Linux 6.7. */
export function readBpfMountTasks(devices: Uint32Array): BpfReading {
  return readProgram('mount-tasks', devices);
}

/**
 * Every process of the caller's pid namespace, and each thread whose namespaces or uid differ from its leader's; with
 * `everyThread` all threads. Read with BpfTaskCursor.
 */
export function readBpfTasks(everyThread = false): BpfReading {
  return readProgram(everyThread ? 'threads' : 'tasks');
}

/**
 * Whether readBpfTasks and readBpfFiles see every process of the host: they see those of the caller's pid namespace and
 * below, with the PIDs that the caller's namespace gives them. `procIsOurs` says whether /proc shows the same PIDs, so
 * that the two can be put together: a procfs that was mounted in another pid namespace has other numbers.
 */
export function readPidView(): { readonly isInitial: boolean; readonly procIsOurs: boolean } {
  try {
    const pids = parseNestedPids(readFileSync('/proc/self/status', 'latin1')) ?? [];
    const isInitial = readlinkSync('/proc/self/ns/pid') === `pid:[${namespaceTypeFacts.pid.initialInode}]`;
    return { isInitial, procIsOurs: pids.length === 1 && pids[0] === process.pid };
  } catch {
    // No procfs, or one of a pid namespace in which this process has no PID.
    return { isInitial: false, procIsOurs: false };
  }
}

/** Closes the descriptors of all loaded programs and forgets refusals; the next reading loads again. */
export function closeBpfPrograms(): void {
  for (const name of readers.keys()) closeProgram(name);
  starts.clear();
  readings.clear();
}

function closeProgram(name: BpfProgram): void {
  const found = loadAddon();
  const reader = readers.get(name);
  readers.delete(name);
  if ('addon' in found && reader && isReader(reader)) found.addon.bpfClose(reader);
}

function isReader(one: BpfReader | BpfRefusal): one is BpfReader {
  return !('code' in one);
}

/**
 * Begins to load programs that will be read, so that the verifier's milliseconds pass beside other work.
 * @param already - what was begun before this module was loaded; it is taken over
 */
export function prepareBpf(programs: readonly BpfProgram[], already: PreparedBpf = new Map()): void {
  // Tasks that were read before the list would miss those of its youngest namespaces.
  const isTooEarly = programs.includes('namespaces') && !already.has('namespaces');
  for (const [name, start] of already)
    if (!readers.has(name) && !(name === 'tasks' && isTooEarly)) starts.set(name, start);
  for (const [name, start] of startBpf(programs.filter((name) => !readers.has(name) && !starts.has(name))))
    starts.set(name, start);
}

/** @param question - what a program that takes one is asked: native/bpf-start.c */
function readProgram(name: BpfProgram, question?: Uint32Array): BpfReading {
  const found = loadAddon();
  if ('missing' in found) return { refused: explainNoAddon(found.missing) };
  const reader = readers.get(name) ?? refusalOfAll(name) ?? finishProgram(found.addon, name);
  readers.set(name, reader);
  if (!isReader(reader)) return { refused: reader };
  try {
    if (question) found.addon.bpfAsk(reader, new Uint8Array(question.buffer));
    for (let i = 0; i < maxReadings; i++) {
      const { records, missed, torn } = readOnce(found.addon, name);
      if (!torn) return { bytes: records, missed };
    }
  } catch (error) {
    return { refused: explainRefusal(name, error) };
  }
  return { refused: everTorn };
}

/** The kernel's lists change under a reader: so often they are read again before that is given up. */
const maxReadings = 5;

const everTorn: BpfRefusal = {
  code: 'EAGAIN',
  syscall: 'bpf(PROG_RUN)',
  brief: 'lists changed while they were read',
  reason: `the kernel's lists changed while they were read, ${maxReadings} times`,
  lift: 'to read again when fewer namespaces and mounts come and go',
};

function readOnce(addon: Addon, name: BpfProgram): AddonBpfReading {
  const reader = readers.get(name) as BpfReader;
  const reading = readings.get(name) ?? addon.bpfRead(reader);
  readings.delete(name);
  return reading.missed > 0 ? readWithRoom(addon, name, reading) : reading;
}

/** So often a program is loaded again with more room, while namespaces are made faster than that. */
const maxGrowths = 4;

/** Loads the program anew with room for what there was and half as much, until all fit or the kernel gives no more. */
function readWithRoom(addon: Addon, name: BpfProgram, first: AddonBpfReading): AddonBpfReading {
  let reading = first;
  for (let i = 0; i < maxGrowths && reading.missed > 0; i++) {
    const fitted = rooms.get(name) ?? 0;
    const room = Math.max(Math.ceil((reading.missed + fitted) * 1.5), 2 * fitted, 1 << 14);
    const { reader } = addon.bpfFinish(addon.bpfStart(readSkeleton(name), tryOrder(name), room, 0, null));
    if (!reader) break;
    closeProgram(name);
    readers.set(name, reader);
    rooms.set(name, room);
    reading = addon.bpfRead(reader);
  }
  return reading;
}

/** A refusal that another program met and that every program meets. */
function refusalOfAll(name: BpfProgram): BpfRefusal | undefined {
  for (const reader of readers.values())
    if (!isReader(reader) && meetsEveryProgram(reader)) return explainRefusals(name, [{ program: 0, ...reader }]);
  return undefined;
}

function finishProgram(addon: Addon, name: BpfProgram): BpfReader | BpfRefusal {
  prepareBpf([name]);
  const start = starts.get(name);
  if (!start) return noBtf(name);
  starts.delete(name);
  const { reader, reading, refusals }: AddonBpf = addon.bpfFinish(start.start);
  if (reader && reading && process.uptime() * 1000 - start.begunAtMs < freshMs) readings.set(name, reading);
  if (reader) return reader;
  // Once more, for the words of the verifier.
  if (process.env['NSCOPE_BPF_LOG']) loadBpfSkeleton(addon, name);
  return explainRefusals(name, refusals);
}

function noBtf(name: BpfProgram): BpfRefusal {
  return explainRefusals(name, [{ program: 0, code: 'ENOENT', syscall: 'open' }]);
}

/**
 * Loads all programs of a skeleton. With `NSCOPE_BPF_LOG=1` in the environment the words of the verifier go to stderr
 * when it refuses.
 * @param entries - max_entries of the first maps, where they are not to be what the program says; 0 leaves one as it is
 * @returns descriptors, which the caller closes, or why the kernel does not take it
 */
export function loadBpfSkeleton(
  addon: Addon,
  name: BpfProgram,
  entries: readonly number[] = [],
): { readonly maps: readonly number[]; readonly programs: readonly number[] } | BpfRefusal {
  if (!existsSync(btfFile)) return noBtf(name);
  const log = Buffer.alloc(process.env['NSCOPE_BPF_LOG'] ? 1 << 24 : 0);
  try {
    return addon.bpfLoad(readSkeleton(name), Uint32Array.from(entries), log);
  } catch (error) {
    if (log.length > 0) process.stderr.write(log.subarray(0, Math.max(log.indexOf(0), 0)));
    return explainRefusal(name, error);
  }
}
