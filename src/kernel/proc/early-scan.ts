// Begins to read /proc before the verb's module is loaded: what a listing without BPF asks first, in its order. Small: it is
// the first thing that the command does.
import { closeSync, openSync } from 'node:fs';
import { namespaceLinks } from '../../model/snapshot/namespace-types.ts';
import { type Addon, loadAddon, type ProcReading } from '../addon/addon.ts';
import { isSyscallError } from '../addon/syscall-error.ts';
import { listPids } from './pids.ts';
import { packQuestion } from './proc-reading.ts';

/** What was asked and is being read. The lists come before the scan: what is in no list came later than it. */
export interface EarlyScan {
  /** Milliseconds of process.uptime. */
  readonly begunAtMs: number;
  /** What Addon.walkMountNamespaces gave from nscope's own mount namespace; undefined where that failed. */
  readonly walk: ReturnType<Addon['walkMountNamespaces']> | undefined;
  /** What Addon.listns gave; undefined where that is refused. */
  readonly ids: Buffer | undefined;
  readonly names: readonly string[];
  /** All links of these, and no files: Addon.startProcTasks. */
  readonly reading: ProcReading;
}

/** @returns undefined without the addon, and where /proc cannot be read: whoever reads it later learns the reason */
export function startEarlyScan(): EarlyScan | undefined {
  const found = loadAddon();
  if ('missing' in found) return undefined;
  const { addon } = found;
  const begunAtMs = process.uptime() * 1000;
  const walk = attemptCall(() => walkFromOwn(addon));
  const ids = attemptCall(() => addon.listns(0, 0n));
  return attemptCall(() => {
    const names = listPids().map(String);
    const question = { names, links: namespaceLinks, files: [], maxFileBytes: 1 };
    return { begunAtMs, walk, ids, names, reading: addon.startProcTasks(...packQuestion(question)) };
  });
}

function walkFromOwn(addon: Addon): ReturnType<Addon['walkMountNamespaces']> {
  const own = openSync('/proc/self/ns/mnt', 'r');
  try {
    return addon.walkMountNamespaces(own);
  } finally {
    closeSync(own);
  }
}

function attemptCall<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (isSyscallError(error)) return undefined;
    throw error;
  }
}
