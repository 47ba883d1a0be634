// /proc/PID/status: proc_pid_status(5). Only the fields that nscope uses.
import { findLine, MalformedError } from '../text/malformed.ts';

/**
 * NSpid: the task's PIDs from the reader's pid namespace to its own. Absent before Linux 4.1, and for a process that ended
 * while it was read.
 */
export function parseNestedPids(status: string): number[] | undefined {
  const text = readField(status, 'NSpid');
  const numbers = text?.split(/\s+/).map(Number);
  if (text === undefined || numbers === undefined) return undefined;
  if (!numbers.every((number) => Number.isInteger(number)))
    throw new MalformedError('/proc/PID/status', findLine(status, 'NSpid:'), 'NSpid', text);
  // The kernel takes the PIDs away before the directory in /proc goes: fs/proc/array.c, task_state().
  return numbers.includes(0) ? undefined : numbers;
}

/** TracerPid: the process that traces it, 0 where none does, or one that the reader's pid namespace does not have. */
export function parseTracer(status: string): number {
  const text = readField(status, 'TracerPid') ?? '';
  if (!/^\d+$/.test(text))
    throw new MalformedError('/proc/PID/status', findLine(status, 'TracerPid:'), 'TracerPid', text);
  return Number(text);
}

/** CapEff as hexadecimal digits: capabilities(7). */
export function parseEffectiveCapabilities(status: string): string | undefined {
  return readField(status, 'CapEff');
}

/** The effective gid, as the reader's user namespace has it. */
export function parseEffectiveGid(status: string): number | undefined {
  const word = readField(status, 'Gid')?.split(/\s+/)[1];
  return word !== undefined && /^\d+$/.test(word) ? Number(word) : undefined;
}

/** Threads: how many the process has. */
export function parseThreadCount(status: string): number | undefined {
  const word = readField(status, 'Threads');
  return word !== undefined && /^\d+$/.test(word) ? Number(word) : undefined;
}

function readField(status: string, name: string): string | undefined {
  return new RegExp(`^${name}:[ \\t]*(.*\\S)`, 'm').exec(status)?.[1];
}
