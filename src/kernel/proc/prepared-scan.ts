// What was read of /proc before the verb's module was there, for whoever asks for it first.
import { loadAddon } from '../addon/addon.ts';
import type { EarlyScan } from './early-scan.ts';

/**
 * What is older is not believed: nscope may have been stopped meanwhile, and its listing says when it was taken. On a host
 * whose processors are all busy a verb may take seconds to load, and to scan twice would help nobody there.
 */
const freshMs = 5000;

let prepared: { -readonly [K in keyof EarlyScan]?: EarlyScan[K] | undefined } = {};

/** Hands over an early scan; each part of it is given once. */
export function prepareScan(scan: EarlyScan): void {
  if (process.uptime() * 1000 - scan.begunAtMs < freshMs) prepared = { ...scan };
  else endReading(scan);
}

/** The first walk over the mount namespaces: Addon.walkMountNamespaces. */
export function takeFirstWalk(): EarlyScan['walk'] {
  const { walk } = prepared;
  prepared.walk = undefined;
  return walk;
}

/** The first list of ids: Addon.listns. */
export function takeFirstIds(): EarlyScan['ids'] {
  const { ids } = prepared;
  prepared.ids = undefined;
  return ids;
}

export type TaskScan = Pick<EarlyScan, 'names' | 'reading'>;

/** The tasks that are being read. @param isUsable - whether the caller asks no more than their links; else it ends */
export function takeTaskScan(isUsable: boolean): TaskScan | undefined {
  const { names, reading } = prepared;
  prepared.reading = undefined;
  if (!names || !reading) return undefined;
  if (isUsable) return { names, reading };
  endReading({ reading });
  return undefined;
}

function endReading({ reading }: Pick<EarlyScan, 'reading'>): void {
  const found = loadAddon();
  if ('addon' in found) found.addon.endProc(reading);
}
