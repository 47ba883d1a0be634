// Whether the process that has a PID is younger than the file that names it, so that another one was meant.

import { findStartMs } from '../../model/derived/start-moment.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { describeAge } from './describe-age.ts';
import type { RuleInput } from './rule.ts';

/** Start times come in clock ticks, and the moment of boot is known to a second or so. */
const sureMs = 3000;

interface ReusedPid {
  readonly comm: string;
  readonly laterBy: string;
}

/**
 * @param writtenMs - when the file was changed last, in ms since 1970
 * @returns undefined also where the clock was set since: nothing in memory can be older than the boot
 */
export function findReusedPid(
  pid: number,
  writtenMs: number,
  { snapshot, index }: Pick<RuleInput<never>, 'snapshot' | 'index'>,
): ReusedPid | undefined {
  const process = index.process(pid);
  const bootedMs = findStartMs(0, snapshot.host);
  const startedMs = process && findStartMs(process.startTimeTicks, snapshot.host);
  if (!process || bootedMs === undefined || startedMs === undefined || writtenMs < bootedMs) return undefined;
  if (startedMs - writtenMs < sureMs) return undefined;
  return { comm: process.comm, laterBy: describeAge(startedMs - writtenMs) };
}

/** In ms since 1970. */
export function readMoment(moment: Known<string>): number | undefined {
  return isKnown(moment) ? Date.parse(moment) : undefined;
}
