// SigCgt, SigBlk and SigIgn of /proc/PID/status: proc_pid_status(5); sigmask of a signalfd: proc_pid_fdinfo(5). Bit 0 is
// signal 1.
import type { SignalDispositions } from '../../model/evidence/pid-namespace-init.ts';
import { findLine, MalformedError } from '../text/malformed.ts';

/** @throws MalformedError where a mask is missing or no hexadecimal number */
export function parseSignals(status: string): SignalDispositions {
  return {
    handled: listSignals(status, 'SigCgt'),
    blocked: listSignals(status, 'SigBlk'),
    ignored: listSignals(status, 'SigIgn'),
  };
}

/** The signals that a signalfd(2) takes, of its /proc/PID/fdinfo file; none for another descriptor. */
export function parseSignalfd(fdinfo: string): number[] {
  return /^sigmask:/m.test(fdinfo) ? listSignals(fdinfo, 'sigmask', '/proc/PID/fdinfo/FD') : [];
}

function listSignals(text: string, field: string, file = '/proc/PID/status'): number[] {
  const digits = new RegExp(`^${field}:[ \\t]*(.*)$`, 'm').exec(text)?.[1] ?? '';
  if (!/^[0-9a-f]{16}$/.test(digits)) throw new MalformedError(file, findLine(text, `${field}:`), field, digits);
  const mask = BigInt(`0x${digits}`);
  return Array.from({ length: 64 }, (_, bit) => bit + 1).filter((signal) => ((mask >> BigInt(signal - 1)) & 1n) === 1n);
}
