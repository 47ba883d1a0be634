// SigCgt, SigBlk and SigIgn of /proc/PID/status: proc_pid_status(5). Bit 0 is signal 1.
import type { SignalDispositions } from '../model/pid-namespace-init.ts';
import { findLine, MalformedError } from './malformed.ts';

/** @throws MalformedError where a mask is missing or no hexadecimal number */
export function parseSignals(status: string): SignalDispositions {
  return {
    handled: listSignals(status, 'SigCgt'),
    blocked: listSignals(status, 'SigBlk'),
    ignored: listSignals(status, 'SigIgn'),
  };
}

function listSignals(status: string, field: string): number[] {
  const text = new RegExp(`^${field}:[ \\t]*(.*)$`, 'm').exec(status)?.[1] ?? '';
  if (!/^[0-9a-f]{16}$/.test(text))
    throw new MalformedError('/proc/PID/status', findLine(status, `${field}:`), field, text);
  const mask = BigInt(`0x${text}`);
  return Array.from({ length: 64 }, (_, bit) => bit + 1).filter((signal) => ((mask >> BigInt(signal - 1)) & 1n) === 1n);
}
