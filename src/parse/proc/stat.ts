// /proc/PID/stat: proc_pid_stat(5).
import { MalformedError } from '../text/malformed.ts';
import { parseText } from '../text/text.ts';

interface ProcessStat {
  readonly pid: number;
  readonly comm: string;
  readonly state: string;
  readonly ppid: number;
  /** Per-process flags: include/linux/sched.h PF_*. */
  readonly flags: number;
  readonly threads: number;
  /** Since boot, in clock ticks. */
  readonly startTimeTicks: number;
}

const open = 0x28;
const close = 0x29;
const space = 0x20;
const lineEnd = 0x0a;

/** PF_KTHREAD and PF_EXITING of include/linux/sched.h. */
export const kernelThreadFlag = 0x00200000;
const exitingFlag = 0x00000004;

/**
 * Reads the fields up to start time. The name stands in brackets and may hold any byte but NUL, brackets as well, so it
 * ends at the last one.
 * @throws MalformedError naming the field that is missing
 */
export function parseStat(bytes: Uint8Array): ProcessStat {
  const nameStart = bytes.indexOf(open);
  const nameEnd = bytes.lastIndexOf(close);
  if (nameStart < 0 || nameEnd < nameStart) throw new MalformedError('/proc/PID/stat', 1, 'comm', bytes);
  const state = bytes[nameEnd + 2];
  if (bytes[nameEnd + 1] !== space || state === undefined)
    throw new MalformedError('/proc/PID/stat', 1, 'state', bytes);
  const fields = new FieldReader(bytes, nameEnd + 2);
  fields.skip(1);
  const ppid = fields.number('ppid');
  fields.skip(4);
  const flags = fields.number('flags');
  fields.skip(10);
  const threads = fields.number('num_threads');
  fields.skip(1);
  return {
    pid: new FieldReader(bytes, 0).number('pid'),
    comm: parseText(bytes.subarray(nameStart + 1, nameEnd)),
    state: String.fromCharCode(state),
    ppid,
    flags,
    threads,
    startTimeTicks: fields.number('starttime'),
  };
}

const fieldsUpToStartTime = 20;

/** The start time alone, in clock ticks since boot; undefined where there is none. */
export function parseStartTime(bytes: Buffer): number | undefined {
  // As text: splitting it takes a fifth of a walk over its bytes.
  const text = bytes.toString('latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ', fieldsUpToStartTime);
  const ticks = Number(fields[fieldsUpToStartTime - 1]);
  return Number.isInteger(ticks) ? ticks : undefined;
}

export function isKernelThread(stat: Pick<ProcessStat, 'flags'>): boolean {
  return (stat.flags & kernelThreadFlag) !== 0;
}

/** Whether it has begun to end: a zombie, or about to be one. */
export function isExiting(stat: Pick<ProcessStat, 'flags'>): boolean {
  return (stat.flags & exitingFlag) !== 0;
}

/** Walks the numbers behind the name without making strings of them. */
class FieldReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** A loop over bytes: for fields of a few digits a call of indexOf costs more than it finds. */
  skip(fields: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let left = fields; left > 0 && at < bytes.length; at++) if (bytes[at] === space) left--;
    this.#at = at;
  }

  number(field: string): number {
    let value = 0;
    let digits = 0;
    for (; this.#at < this.#bytes.length; this.#at++) {
      const digit = (this.#bytes[this.#at] as number) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      digits++;
    }
    const behind = this.#bytes[this.#at];
    if (digits === 0 || (behind !== undefined && behind !== space && behind !== lineEnd))
      throw new MalformedError('/proc/PID/stat', 1, field, this.#bytes);
    this.#at++;
    return value;
  }
}
