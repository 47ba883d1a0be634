// How many namespaces of each type there are, with a sum over their ids: bpf/tally.bpf.c. For those who look many times a
// second whether one came or went.
import { existsSync } from 'node:fs';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { parseBpfTally, type Tally } from '../../parse/records/bpf-tally.ts';
import { loadAddon } from '../addon/addon.ts';
import { btfFile, readSkeleton, tryOrder } from './programs.ts';

export interface NamespaceTally {
  /** Some 0.03 µs for each namespace. Undefined where the lists were torn by a change. */
  read(): ReadonlyMap<NamespaceType, Tally> | undefined;
  close(): void;
}

/** @returns undefined where the kernel does not take the program: before Linux 6.18, or without the privilege */
export function openNamespaceTally(): NamespaceTally | undefined {
  const found = loadAddon();
  if ('missing' in found || !existsSync(btfFile)) return undefined;
  const { addon } = found;
  const { reader } = addon.bpfFinish(addon.bpfStart(readSkeleton('tally'), tryOrder('tally'), 0, 0, null));
  if (!reader) return undefined;
  return {
    read() {
      const { records, torn } = addon.bpfRead(reader);
      return torn ? undefined : parseBpfTally(records);
    },
    close: () => addon.bpfClose(reader),
  };
}
