// A child that makes calls on files which may never return, and that nscope leaves behind when they do not:
// native/stand-in.c. It is started when the first such call is to be made.
import { closeSync } from 'node:fs';
import type { Addon } from '../addon/addon.ts';
import { RefusedError } from '../addon/refused-error.ts';
import { readClockMs } from './clock.ts';

/** One file system is waited for so long, and all together so long within a span: a verb's whole run. */
const usualMsEach = 500;
const usualMs = 1000;
const spanMs = 30_000;

/** A call that takes no longer than this is an answer like any other, and counts a tenth: there may be thousands. */
const usualQuickMs = 5;
const quickShare = 0.1;

/** What a start of the stand-in takes on most machines. Where it takes longer, as under emulation, all limits are longer. */
const usualStartMs = 20;
let quickestStartMs = Number.POSITIVE_INFINITY;

function scale(limitMs: number): number {
  return Number.isFinite(quickestStartMs) ? limitMs * Math.max(1, quickestStartMs / usualStartMs) : limitMs;
}

interface StandIn {
  readonly addon: Addon;
  readonly pid: number;
  readonly socket: number;
}

let standIn: StandIn | undefined;
let keepers = 0;
/** Those that were left behind, until they have ended. */
let left: number[] = [];
/** When a file system that did not answer may be asked again, by its device number. */
const silent = new Map<number, number>();
let spentMs = 0;
let spanEnds = 0;

/** @throws RefusedError ETIMEDOUT where a file system did not answer, or there is no time left to ask */
function checkAnswering(device: number, what: string): void {
  const now = readClockMs();
  if (now > spanEnds) {
    spentMs = 0;
    spanEnds = now + spanMs;
  }
  if (now < (silent.get(device) ?? 0)) throw timedOut(device, what);
  if (spentMs >= scale(usualMs))
    throw new RefusedError('ETIMEDOUT', 'poll', `timed out: ${what} was not asked, after others did not answer`);
}

/**
 * What the stand-in answers.
 * @param device - of the file system that is asked
 * @param ask - makes the call over this socket; null when no answer came within the time
 * @throws SyscallError as the call does; RefusedError ETIMEDOUT
 */
export function askStandIn<T>(
  addon: Addon,
  device: number,
  what: string,
  ask: (socket: number, timeoutMs: number) => T | null,
): T {
  checkAnswering(device, what);
  left = left.filter((pid) => !addon.endStandIn(pid, 0));
  return keepStandIn(() => {
    standIn ??= start(addon);
    const asked = standIn;
    const began = readClockMs();
    let answer: T | null;
    try {
      answer = ask(asked.socket, Math.ceil(Math.min(scale(usualMsEach), Math.max(1, scale(usualMs) - spentMs))));
    } finally {
      const tookMs = readClockMs() - began;
      spentMs += tookMs > scale(usualQuickMs) ? tookMs : tookMs * quickShare;
    }
    if (answer !== null) return answer;
    silent.set(device, readClockMs() + spanMs);
    end(asked, 0);
    throw timedOut(device, what);
  });
}

/**
 * Keeps the stand-in between the calls that `use` makes: it ends with the outermost of those who keep it, each single call
 * among them, so that neither a descriptor nor a process stays.
 */
export function keepStandIn<T>(use: () => T): T {
  keepers++;
  try {
    return use();
  } finally {
    if (--keepers === 0 && standIn) end(standIn, 1);
  }
}

/** @param wait - whether to wait for its end, which one that waits for an answer may never come to */
function end({ addon, pid, socket }: StandIn, wait: 0 | 1): void {
  closeSync(socket);
  if (!addon.endStandIn(pid, wait)) left.push(pid);
  standIn = undefined;
}

function start(addon: Addon): StandIn {
  const began = readClockMs();
  const [pid, socket] = addon.startStandIn();
  quickestStartMs = Math.min(quickestStartMs, readClockMs() - began);
  return { addon, pid, socket };
}

function timedOut(device: number, what: string): RefusedError {
  return new RefusedError(
    'ETIMEDOUT',
    'poll',
    `timed out: the file system of ${what} (${format(device)}) does not answer`,
  );
}

function format(device: number): string {
  return `device ${Math.floor(device / 0x100) % 0x1000}:${(device % 0x100) + Math.floor(device / 0x10_0000) * 0x100}`;
}
