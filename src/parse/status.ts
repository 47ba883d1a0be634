// /proc/PID/status: proc_pid_status(5). Only the fields that nscope uses.
import { MalformedError } from './malformed.ts';

/**
 * NSpid: the task's PIDs from the reader's pid namespace to its own. Absent before Linux 4.1, and for a process that ended
 * while it was read.
 */
export function parseNestedPids(status: string): number[] | undefined {
  const numbers = readField(status, 'NSpid')?.split(/\s+/).map(Number);
  if (numbers?.some((number) => !Number.isInteger(number)))
    throw new MalformedError('/proc/PID/status', 1, 'NSpid', status);
  return numbers;
}

/** CapEff as hexadecimal digits: capabilities(7). */
export function parseEffectiveCapabilities(status: string): string | undefined {
  return readField(status, 'CapEff');
}

function readField(status: string, name: string): string | undefined {
  return new RegExp(`^${name}:\\s*(.*\\S)`, 'm').exec(status)?.[1];
}
