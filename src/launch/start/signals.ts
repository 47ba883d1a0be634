// What happens to a process that does nothing about a signal.
import { constants } from 'node:os';

const { SIGCHLD, SIGCONT, SIGURG, SIGWINCH, SIGTSTP, SIGTTIN, SIGTTOU } = constants.signals;
const ignored = new Set<number>([SIGCHLD, SIGCONT, SIGURG, SIGWINCH]);
const stopping = new Set<number>([SIGTSTP, SIGTTIN, SIGTTOU]);

/** What a signal does to a process that neither handles nor ignores it: signal(7). */
export function findDefaultAction(signal: number): 'end' | 'stop' | 'nothing' {
  if (stopping.has(signal)) return 'stop';
  return ignored.has(signal) ? 'nothing' : 'end';
}
