// What a process does about a signal, from /proc/PID/status: proc_pid_status(5).
import { readTextFile } from '../kernel/files.ts';
import { findPidInProc } from '../kernel/pid-in-proc.ts';
import { isKnown } from '../model/known.ts';

/** What a process does about a signal; undefined where that cannot be read. */
export type Disposition = 'handles' | 'ignores' | 'default' | undefined;

export function readDisposition(pid: number, signal: number): Disposition {
  const status = readTextFile(`/proc/${findPidInProc(pid)}/status`);
  if (!isKnown(status)) return undefined;
  if (hasSignal(status, 'SigCgt', signal)) return 'handles';
  return hasSignal(status, 'SigIgn', signal) ? 'ignores' : 'default';
}

function hasSignal(status: string, field: string, signal: number): boolean {
  const mask = new RegExp(`^${field}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1];
  return mask !== undefined && ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n;
}
