// When a process started: a date where the snapshot tells when the host booted, else the time since then.

import { findStartMs } from '../../model/derived/start-moment.ts';
import type { HostSnapshot } from '../../model/snapshot/schema.ts';

/** The moment as RFC 3339 in UTC, exact to a clock tick; undefined where the boot's moment is not known. */
export function findStart(startTimeTicks: number, host: HostSnapshot): string | undefined {
  const startMs = findStartMs(startTimeTicks, host);
  // Beyond what a Date can hold only bad data goes.
  return startMs === undefined || Number.isNaN(startMs) || Math.abs(startMs) > 8.64e15
    ? undefined
    : new Date(startMs).toISOString();
}

/** "2026-11-22 05:02:43 UTC, 4 min before" or "1234.56 s after boot". */
export function formatStart(startTimeTicks: number, host: HostSnapshot): string {
  const start = findStart(startTimeTicks, host);
  if (start === undefined) return `${(startTimeTicks / host.ticksPerSecond).toFixed(2)} s after boot`;
  const date = `${start.slice(0, 10)} ${start.slice(11, 19)} UTC`;
  const seconds = (Date.parse(host.takenAt) - Date.parse(start)) / 1000;
  return Number.isNaN(seconds) ? date : `${date}, ${formatDuration(Math.max(0, seconds))} before this was read`;
}

/** A duration in its two largest units: "3 d 4 h", "12 min 5 s", "0.4 s". */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  for (const [unit, length, nextUnit, nextLength] of units)
    if (whole >= length) {
      const rest = Math.floor((whole % length) / nextLength);
      return rest === 0
        ? `${Math.floor(whole / length)} ${unit}`
        : `${Math.floor(whole / length)} ${unit} ${rest} ${nextUnit}`;
    }
  return `${whole} s`;
}

const units = [
  ['d', 86_400, 'h', 3600],
  ['h', 3600, 'min', 60],
  ['min', 60, 's', 1],
] as const;
