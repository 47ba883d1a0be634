// What a process does about a signal, from /proc/PID/status: proc_pid_status(5).
import { readTextFile } from '../../kernel/files/files.ts';
import { findPidInProc } from '../../kernel/process/pid-in-proc.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { parseSignals } from '../../parse/proc/signals.ts';

/** What a process does about a signal; undefined where that cannot be read. */
type Disposition = 'handles' | 'ignores' | 'default' | undefined;

export function readDisposition(pid: number, signal: number): Disposition {
  const shown = findPidInProc(pid);
  const status = shown === undefined ? undefined : readTextFile(`/proc/${shown}/status`);
  if (status === undefined || !isKnown(status)) return undefined;
  const { handled, ignored } = parseSignals(status);
  if (handled.includes(signal)) return 'handles';
  return ignored.includes(signal) ? 'ignores' : 'default';
}
