// Waiting for children as a shell does: their ends and stops and the signals that come meanwhile, one event at a time.
import { type AddonEvent, loadAddon } from '../addon/addon.ts';
import { requireAddon } from '../addon/require-addon.ts';
import { awaitReadiness, readable } from './readiness.ts';

/**
 * `signal` has the sender's pid (0 where there is none) and si_code: SI_KERNEL is one of the terminal's.
 * `input`: the descriptor that was asked about is readable.
 */
export type ChildEvent = AddonEvent;

/** SI_KERNEL of sigaction(2): the kernel sent it. For SIGINT, SIGQUIT and SIGTSTP that means a key of the terminal. */
export const sentByKernel = 0x80;

/**
 * From now on signals that can be passed on come as events and do nothing else. Those that a fault raises are left alone.
 * @throws AddonMissingError
 */
export function watchSignals(): void {
  requireAddon().watchSignals();
}

/**
 * Takes events as they come, without blocking the thread. Signals are watched from now on.
 * @param take - is told each event on the main thread
 * @returns ends the waiting
 * @throws AddonMissingError
 */
export function awaitChildEvents(take: (event: ChildEvent) => void): () => void {
  const addon = requireAddon();
  const ready = (): void => {
    for (let event = nextEvent(-1, 0); event.what !== 'nothing'; event = nextEvent(-1, 0)) take(event);
  };
  return awaitReadiness(addon, [{ fd: addon.watchSignals(), events: readable, ready }]);
}

/**
 * The next event; blocks the thread until there is one.
 * @param input - a descriptor to wait for as well, or -1
 * @param timeoutMs - after which the event is `nothing`; -1 for none
 */
export function nextEvent(input = -1, timeoutMs = -1): ChildEvent {
  return requireAddon().nextEvent(input, timeoutMs);
}

/**
 * Ends nscope at once. Node's own end would put the terminal into the modes that it found, over what the command set.
 */
export function endProcess(status: number): never {
  const found = loadAddon();
  if ('addon' in found) found.addon.endProcess(status);
  process.exit(status);
}

/** Ends nscope as a process that this signal killed, which is how a shell learns that Ctrl-C was pressed. */
export function endBySignal(signal: number): never {
  return requireAddon().endBySignal(signal);
}

/** Becomes an init for a child: reaps, passes signals on, and ends with its status. Does not return. */
export function becomeInit(command: number, verbose: boolean): never {
  return requireAddon().becomeInit(command, verbose ? 1 : 0);
}

/** Becomes an init with a prompt on standard input and output. Does not return. */
export function becomePrompt(verbose: boolean): never {
  return requireAddon().becomePrompt(verbose ? 1 : 0);
}

/** Makes a child, says so, and ends before it does; the child says who its new parent is. Does not return. */
export function becomeOrphan(): never {
  return requireAddon().becomeOrphan();
}

/**
 * What descendants leave comes to nscope, as if it were their init.
 * @see PR_SET_CHILD_SUBREAPER(2const)
 */
export function becomeSubreaper(): void {
  requireAddon().becomeSubreaper();
}
