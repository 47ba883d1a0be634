// Runs the BPF programs (bpf/*.bpf.c): loads each once, when first asked for, and reads what its iterator writes.
import { closeSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseBpfSkeleton } from '../parse/bpf-skeleton.ts';
import { type Addon, loadAddon } from './addon.ts';
import { findPackageRoot } from './package-root.ts';
import { isSyscallError } from './syscall-error.ts';

/** A program of bpf/, by the name of its file. */
export type BpfProgram = 'namespaces' | 'superblocks' | 'files' | 'tasks' | 'threads';

/** Why a program could not be loaded or read: the errno's name, the call it came from, and a sentence. */
export interface BpfRefusal {
  readonly code: string;
  readonly syscall: string;
  readonly reason: string;
}

/** Either all records of one reading (see src/parse/bpf-*.ts), or why there are none. */
export type BpfReading = { readonly bytes: Buffer } | { readonly refused: BpfRefusal };

const btfFile = '/sys/kernel/btf/vmlinux';

/** Links of loaded programs (descriptors), or why a program is not there. */
const links = new Map<BpfProgram, number | BpfRefusal>();

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

/** Closes the descriptors of all loaded programs and forgets refusals; the next reading loads again. */
export function closeBpfPrograms(): void {
  for (const link of links.values()) if (typeof link === 'number') closeSync(link);
  links.clear();
}

function readProgram(name: BpfProgram): BpfReading {
  const found = loadAddon();
  if ('missing' in found) return { refused: { code: 'ELIBACC', syscall: 'dlopen', reason: found.missing } };
  let link = links.get(name);
  if (link === undefined) {
    link = refusalOfAll() ?? loadProgram(found.addon, name);
    links.set(name, link);
  }
  if (typeof link !== 'number') return { refused: link };
  try {
    return { bytes: found.addon.bpfReadIterator(link) };
  } catch (error) {
    return { refused: explainRefusal(error) };
  }
}

/** A refusal that another program met and that every program meets. */
function refusalOfAll(): BpfRefusal | undefined {
  for (const link of links.values())
    if (typeof link !== 'number' && !link.syscall.endsWith('loader') && link.syscall !== 'open') return link;
  return undefined;
}

/** Loads a program, links its iterator and keeps the link alone, which holds the program and the map. */
function loadProgram(addon: Addon, name: BpfProgram): number | BpfRefusal {
  if (!existsSync(btfFile))
    return {
      code: 'ENOENT',
      syscall: 'access',
      reason: `${btfFile} is missing: this kernel does not describe its types`,
    };
  const skeleton = parseBpfSkeleton(readFileSync(join(findPackageRoot(), 'bpf', 'skeletons', `${name}.skel`)));
  const log = Buffer.alloc(process.env['NSCOPE_BPF_LOG'] ? 1 << 24 : 0);
  const open: number[] = [];
  try {
    const { maps, progs } = addon.bpfLoadSkeleton(skeleton.data, skeleton.insns, skeleton.maps, skeleton.progs, log);
    open.push(...maps, ...progs);
    return addon.bpfLinkIterator(progs[0] ?? -1, maps[0] ?? -1);
  } catch (error) {
    if (log.length > 0) process.stderr.write(log.subarray(0, Math.max(log.indexOf(0), 0)));
    return explainRefusal(error);
  } finally {
    for (const fd of open) closeSync(fd);
  }
}

const reasons: Readonly<Record<string, string>> = {
  EPERM: 'refused: reading with BPF needs CAP_BPF and CAP_PERFMON in the initial user namespace, and no lockdown',
  EACCES: 'refused: reading with BPF needs CAP_BPF and CAP_PERFMON in the initial user namespace, and no lockdown',
  ENOSYS: 'this kernel has no bpf(2), or a filter denies it',
  E2BIG: 'this kernel is older than 5.17, where BPF programs resolve their types in the kernel',
};

function explainRefusal(error: unknown): BpfRefusal {
  if (!isSyscallError(error)) throw error;
  const { code, syscall } = error;
  const known = syscall.endsWith('loader') && code !== 'EPERM' ? undefined : reasons[code];
  return { code, syscall, reason: known ?? `this kernel does not take the program (${syscall}: ${code})` };
}
