// What launching does through /proc needs a /proc that shows the new process.
import { explainNoProc, findOwnPid } from '../../kernel/own/host.ts';
import { findPidInProc } from '../../kernel/process/pid-in-proc.ts';
import { LaunchError } from '../plan/launch-error.ts';

/**
 * The number of a process in /proc.
 * @param purpose - what is to be done there, as the subject of a sentence
 * @throws LaunchError where /proc does not show it
 */
export function requirePidInProc(pid: number, purpose: string): number {
  const shown = findPidInProc(pid);
  if (shown !== undefined) return shown;
  const why = findOwnPid() === undefined ? explainNoProc() : `/proc does not show process ${pid}, which it is about`;
  throw new LaunchError(`${purpose}: ${why}`);
}
