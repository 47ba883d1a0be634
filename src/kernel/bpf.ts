// Runs the BPF programs (bpf/*.bpf.c): loads each once, when first asked for, and reads what its iterator writes.
import { closeSync, existsSync, readFileSync, readlinkSync } from 'node:fs';
import { type Addon, loadAddon } from './addon.ts';
import { type BpfRefusal, explainRefusal } from './bpf-refusal.ts';
import {
  type BpfProgram,
  btfFile,
  type PreparedBpf,
  type PreparedProgram,
  readSkeleton,
  startBpf,
} from './bpf-start.ts';

/** Either all records of one reading (see src/parse/bpf-*.ts), or why there are none. */
export type BpfReading = { readonly bytes: Buffer } | { readonly refused: BpfRefusal };

/** PID_NS_INIT_INO of include/uapi/linux/nsfs.h. */
const initialPidInode = 0xeffffffc;

const noBtf: BpfRefusal = {
  code: 'ENOENT',
  syscall: 'access',
  reason: `${btfFile} is missing: this kernel does not describe its types to BPF programs, or sysfs is not mounted`,
  lift: `a kernel with CONFIG_DEBUG_INFO_BTF, and ${btfFile} to be seen`,
};

/** Links of loaded programs (descriptors), or why a program is not there. */
const links = new Map<BpfProgram, number | BpfRefusal>();

/** What was read as soon as its program was loaded, and is as good as new for so long. */
const readings = new Map<BpfProgram, Buffer>();
const freshMs = 250;

/** Programs that a thread is loading, or has loaded, and that nobody has read. */
const starts = new Map<BpfProgram, PreparedProgram>();

/** Every namespace of the kernel, whatever holds it. Linux 6.18. Parse with parseBpfNamespaces. */
export function readBpfNamespaces(): BpfReading {
  return readProgram('namespaces');
}

/**
 * Namespaces that super blocks, mounts and the list of network namespaces lead to; made for kernels before 6.18.
 * Parse with parseBpfSuperblocks, which also tells whether a reading was torn by a change and should be repeated.
 */
export function readBpfSuperblocks(): BpfReading {
  return readProgram('superblocks');
}

/** Open files that hold a namespace, of the processes in the caller's pid namespace. Parse with parseBpfFiles. */
export function readBpfFiles(): BpfReading {
  return readProgram('files');
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
    const pids = /^NSpid:\s+(.*)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]?.split(/\s+/) ?? [];
    const isInitial = readlinkSync('/proc/self/ns/pid') === `pid:[${initialPidInode}]`;
    return { isInitial, procIsOurs: pids.length === 1 && pids[0] === String(process.pid) };
  } catch {
    // No procfs, or one of a pid namespace in which this process has no PID.
    return { isInitial: false, procIsOurs: false };
  }
}

/** Closes the descriptors of all loaded programs and forgets refusals; the next reading loads again. */
export function closeBpfPrograms(): void {
  for (const link of links.values()) if (typeof link === 'number') closeSync(link);
  links.clear();
  starts.clear();
  readings.clear();
}

/**
 * Begins to load programs that will be read, so that the verifier's milliseconds pass beside other work.
 * @param already - what was begun before this module was loaded; it is taken over
 */
export function prepareBpf(programs: readonly BpfProgram[], already: PreparedBpf = new Map()): void {
  // Tasks that were read before the list would miss those of its youngest namespaces.
  const isTooEarly = programs.includes('namespaces') && !already.has('namespaces');
  for (const [name, start] of already)
    if (!links.has(name) && !(name === 'tasks' && isTooEarly)) starts.set(name, start);
  for (const [name, start] of startBpf(programs.filter((name) => !links.has(name) && !starts.has(name))))
    starts.set(name, start);
}

function readProgram(name: BpfProgram): BpfReading {
  const found = loadAddon();
  if ('missing' in found)
    return { refused: { code: 'ELIBACC', syscall: 'dlopen', reason: found.missing, lift: 'the addon of nscope' } };
  let link = links.get(name);
  if (link === undefined) {
    link = refusalOfAll() ?? finishProgram(found.addon, name);
    links.set(name, link);
  }
  if (typeof link !== 'number') return { refused: link };
  const early = readings.get(name);
  readings.delete(name);
  if (early) return { bytes: early };
  try {
    return { bytes: found.addon.bpfReadIterator(link) };
  } catch (error) {
    return { refused: explainRefusal(name, error) };
  }
}

/** A refusal that another program met and that every program meets. */
function refusalOfAll(): BpfRefusal | undefined {
  for (const link of links.values()) if (typeof link !== 'number' && !link.syscall.endsWith('loader')) return link;
  return undefined;
}

/** Of a loaded program its link alone is kept, which holds the program and the map. */
function finishProgram(addon: Addon, name: BpfProgram): number | BpfRefusal {
  prepareBpf([name]);
  const start = starts.get(name);
  if (!start) return noBtf;
  starts.delete(name);
  try {
    const [link, read] = addon.bpfFinishIterator(start.start);
    if (read && process.uptime() * 1000 - start.begunAtMs < freshMs) readings.set(name, read);
    return link;
  } catch (error) {
    // Once more, for the words of the verifier.
    if (process.env['NSCOPE_BPF_LOG']) loadBpfSkeleton(addon, name);
    return explainRefusal(name, error);
  }
}

/**
 * Loads a program's skeleton. With `NSCOPE_BPF_LOG=1` in the environment the words of the verifier go to stderr when it
 * refuses.
 * @param sizes - max_entries of the first maps, where they are not to be what the program says; 0 leaves one as it is
 * @returns descriptors, which the caller closes, or why the kernel does not take it
 */
export function loadBpfSkeleton(
  addon: Addon,
  name: BpfProgram,
  sizes: readonly number[] = [],
): { readonly maps: readonly number[]; readonly progs: readonly number[] } | BpfRefusal {
  if (!existsSync(btfFile)) return noBtf;
  const log = Buffer.alloc(process.env['NSCOPE_BPF_LOG'] ? 1 << 24 : 0);
  const { data, insns, maps, progs } = readSkeleton(name);
  try {
    return addon.bpfLoadSkeleton(data, insns, maps, progs, log, Uint32Array.from(sizes));
  } catch (error) {
    if (log.length > 0) process.stderr.write(log.subarray(0, Math.max(log.indexOf(0), 0)));
    return explainRefusal(name, error);
  }
}
