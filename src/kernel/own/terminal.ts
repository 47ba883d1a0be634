// Who has the terminal: process groups, tcgetpgrp(3) and tcsetpgrp(3).
import { isKnown } from '../../model/snapshot/known.ts';
import { requireAddon } from '../addon/require-addon.ts';
import { attempt } from '../files/files.ts';

/** The foreground process group of the terminal behind `fd`; undefined where that is no terminal of nscope's session. */
export function readForegroundGroup(fd: number): number | undefined {
  const group = requireAddon().getForeground(fd);
  return group > 0 ? group : undefined;
}

/** Gives the terminal to a process group, also from the background. False where that group is gone. */
export function giveTerminal(fd: number, group: number): boolean {
  return isKnown(attempt(() => requireAddon().setForeground(fd, group) ?? true));
}

/** The process group of a process, or undefined when it is gone; of nscope itself for 0. */
export function readProcessGroup(pid: number): number | undefined {
  const group = attempt(() => requireAddon().getGroup(pid));
  return isKnown(group) ? group : undefined;
}
