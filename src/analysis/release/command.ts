// How a process is called: its command line, or its name in brackets where it has none (kernel threads).
import { isKnown } from '../../model/snapshot/known.ts';
import type { Process } from '../../model/snapshot/schema.ts';

/** One line, not yet safe for a terminal. */
export function describeCommand(process: Process): string {
  if (isKnown(process.commandLine) && process.commandLine.length > 0) return process.commandLine.join(' ');
  return process.kernelThread || isKnown(process.commandLine) ? `[${process.comm}]` : process.comm;
}

/** The name of a user, or the number where the host has no name for it. */
export function describeUser(users: Readonly<Record<string, string>>, uid: number): string {
  return users[uid] ?? String(uid);
}
