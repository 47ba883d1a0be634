// /proc/PID/timens_offsets: time_namespaces(7).
import { findLine, MalformedError } from '../text/malformed.ts';

interface ClockOffset {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** What a time namespace adds to the clocks of the initial one. */
interface ClockOffsets {
  readonly monotonic: ClockOffset;
  readonly boottime: ClockOffset;
}

/** @throws MalformedError when a clock is missing */
export function parseTimeOffsets(text: string): ClockOffsets {
  const read = (clock: string): ClockOffset => {
    const match = new RegExp(`^${clock}\\s+(-?\\d+)\\s+(\\d+)$`, 'm').exec(text);
    if (!match) throw new MalformedError('/proc/PID/timens_offsets', findLine(text, clock), clock, text);
    return { seconds: Number(match[1]), nanoseconds: Number(match[2]) };
  };
  return { monotonic: read('monotonic'), boottime: read('boottime') };
}
