// When a process started, by the moment of boot and the ticks since then.
import { isKnown } from '../snapshot/known.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';

/** In ms since 1970, exact to a clock tick; undefined where the moment of boot is not known. */
export function findStartMs(
  startTimeTicks: number,
  { bootedAt, ticksPerSecond }: Pick<HostSnapshot, 'bootedAt' | 'ticksPerSecond'>,
): number | undefined {
  if (bootedAt === undefined || !isKnown(bootedAt)) return undefined;
  return Date.parse(bootedAt) + (startTimeTicks / ticksPerSecond) * 1000;
}
