// Moments of CLOCK_MONOTONIC as UTC.
import { performance } from 'node:perf_hooks';
import { type Moment, now } from './source.ts';

let offsetNs: number | undefined;

/** Clocks may be set, and CLOCK_MONOTONIC stands still while the host sleeps: beyond this the offset is taken anew. */
const toleratedNs = 2_000_000;

/** RFC 3339 with microseconds. */
export function toTimestamp(at: Moment): string {
  // Date.now() is cut to milliseconds, so it may be one behind.
  const rough = Date.now() * 1e6 - now();
  offsetNs ??= (performance.timeOrigin + performance.now()) * 1e6 - now();
  if (Math.abs(offsetNs - rough) > toleratedNs) offsetNs = rough;
  const us = Math.floor((at + offsetNs) / 1000);
  const text = new Date(Math.floor(us / 1000)).toISOString();
  return `${text.slice(0, -1)}${String(us % 1000).padStart(3, '0')}Z`;
}
