// What signals do: their numbers and names, what happens to a process that does nothing about one.
import { constants } from 'node:os';

const names = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** "SIGTERM" for 15; "signal 40" for one without a name. */
export function nameSignal(signal: number): string {
  return names.get(signal) ?? `signal ${signal}`;
}

const { SIGCHLD, SIGCONT, SIGURG, SIGWINCH, SIGTSTP, SIGTTIN, SIGTTOU } = constants.signals;
const ignored = new Set<number>([SIGCHLD, SIGCONT, SIGURG, SIGWINCH]);
const stopping = new Set<number>([SIGTSTP, SIGTTIN, SIGTTOU]);

/** What a signal does to a process that neither handles nor ignores it: signal(7). */
export function findDefaultAction(signal: number): 'end' | 'stop' | 'nothing' {
  if (stopping.has(signal)) return 'stop';
  return ignored.has(signal) ? 'nothing' : 'end';
}
