// How many namespaces of each type there are, with a sum over their ids: bpf/tally.bpf.c. For those who look many times a
// second whether one came or went.
import { closeSync, existsSync } from 'node:fs';
import type { NamespaceType } from '../model/namespace-types.ts';
import { parseBpfTally, type Tally } from '../parse/bpf-tally.ts';
import { loadAddon } from './addon.ts';
import { btfFile, readSkeleton } from './bpf-start.ts';
import { isSyscallError } from './syscall-error.ts';

export interface NamespaceTally {
  /** Some 0.1 µs for each namespace. */
  read(): ReadonlyMap<NamespaceType, Tally>;
  close(): void;
}

/** @returns undefined where the kernel does not take the program: before Linux 6.18, or without the privilege */
export function openNamespaceTally(): NamespaceTally | undefined {
  const found = loadAddon();
  if ('missing' in found || !existsSync(btfFile)) return undefined;
  const { addon } = found;
  const { data, insns, maps, progs } = readSkeleton('tally');
  try {
    const [link] = addon.bpfFinishIterator(addon.bpfStartIterator(data, insns, maps, progs, 0, null));
    return { read: () => parseBpfTally(addon.bpfReadIterator(link)), close: () => closeSync(link) };
  } catch (error) {
    if (isSyscallError(error)) return undefined;
    throw error;
  }
}
