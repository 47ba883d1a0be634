// Waits for a command as a shell expects it of a program: passes signals on, stops when the command stops, and gives its
// end.
import { constants } from 'node:os';
import { readTextFile } from '../../kernel/files/files.ts';
import { awaitChildEvents, type ChildEvent, nextEvent, sentByKernel } from '../../kernel/own/child-events.ts';
import type { ChildEnd } from '../../kernel/own/spawn.ts';
import { readProcessGroup } from '../../kernel/own/terminal.ts';
import { findPidInProc } from '../../kernel/process/pid-in-proc.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { parseStat } from '../../parse/proc/stat.ts';
import { encodeText } from '../../parse/text/text.ts';
import { readDisposition } from '../namespaces/signal-dispositions.ts';
import { findDefaultAction } from './signals.ts';
import { TerminalShare } from './terminal-share.ts';

export interface Command {
  readonly pid: number;
  /** It is the first process of a pid namespace: signals that it does not handle never reach it. */
  readonly isInit: boolean;
  /** It is nscope's init, and the command below it stops without it. */
  readonly hasInit: boolean;
}

const { SIGTSTP } = constants.signals;

/**
 * Waits until the command has ended. Signals must be watched already.
 * @see credentials(7) on process groups; pid_namespaces(7) on signals to an init
 */
export function supervise(command: Command): ChildEnd {
  const supervision = new Supervision(command);
  for (;;) {
    const end = supervision.take(nextEvent());
    if (end) return end;
  }
}

/**
 * The same, while this thread has other things to do. Children that others left to nscope are waited for as well, until
 * `stop` is called.
 * @param late - is told that a signal came after the command had ended
 */
export function superviseAside(
  command: Command,
  late: () => void,
): { readonly ended: Promise<ChildEnd>; stop(): void } {
  const supervision = new Supervision(command);
  let tellEnd: ((end: ChildEnd) => void) | undefined;
  const ended = new Promise<ChildEnd>((resolve) => {
    tellEnd = resolve;
  });
  const stop = awaitChildEvents((event) => {
    if (!tellEnd && event.what === 'signal') late();
    const end = tellEnd ? supervision.take(event) : undefined;
    if (!end) return;
    tellEnd?.(end);
    tellEnd = undefined;
  });
  return { ended, stop };
}

type SignalEvent = Extract<ChildEvent, { readonly what: 'signal' }>;

class Supervision {
  readonly #command: Command;
  readonly #terminal = new TerminalShare();
  /** The signal that an init without a handler was killed for. */
  #killedFor: number | undefined;

  constructor(command: Command) {
    this.#command = command;
  }

  /** @returns the command's end, when that is what happened */
  take(event: ChildEvent): ChildEnd | undefined {
    const { pid } = this.#command;
    if (event.what === 'signal') this.#takeSignal(event);
    else if (event.what === 'stopped' && event.pid === pid) this.#stopToo();
    else if (event.what === 'exited' && event.pid === pid) return this.#end({ status: event.status });
    else if (event.what === 'killed' && event.pid === pid)
      return this.#end({ signal: this.#killedFor ?? event.signal });
    return undefined;
  }

  #end(end: ChildEnd): ChildEnd {
    this.#terminal.takeBack(this.#command.pid);
    return end;
  }

  #takeSignal({ signal, code, pid: sender }: SignalEvent): void {
    const { pid, isInit, hasInit } = this.#command;
    // A key of the terminal reaches the whole foreground process group, the command as well if it is still in ours.
    const fromTerminal = code === sentByKernel && readProcessGroup(pid) === readProcessGroup(0);
    if (isInit && readDisposition(pid, signal) === 'default') this.#actInItsPlace(signal);
    else if (hasInit && fromTerminal && signal === SIGTSTP) this.#stopToo();
    else if (!fromTerminal && !this.#descends(sender)) this.#send(signal);
  }

  /** An init without a handler gets only what is forced upon it from outside: what would happen to another is done to it. */
  #actInItsPlace(signal: number): void {
    const action = findDefaultAction(signal);
    if (action === 'nothing') this.#send(signal);
    else if (action === 'stop') this.#send(constants.signals.SIGSTOP);
    else {
      this.#killedFor = signal;
      this.#send(constants.signals.SIGKILL);
    }
  }

  #send(signal: number): void {
    try {
      process.kill(this.#command.pid, signal);
    } catch {
      // It has ended, or become another user's: then the signal is refused to nscope as it is to its caller.
    }
  }

  /** The shell that started nscope shall see that its job stopped, and goes on with nscope when it does. */
  #stopToo(): void {
    if (!this.#terminal.exists) return;
    const { pid } = this.#command;
    this.#terminal.takeBack(pid);
    process.kill(process.pid, 'SIGSTOP');
    this.#terminal.giveBack(pid);
    this.#send(constants.signals.SIGCONT);
  }

  /** Whether the sender is the command or below it: what a command sends to its group has reached it. */
  #descends(sender: number): boolean {
    const command = findPidInProc(this.#command.pid);
    if (command === undefined) return sender === this.#command.pid;
    for (let pid = findPidInProc(sender) ?? 0, steps = 0; pid > 1 && steps < 64; steps++) {
      if (pid === command) return true;
      const stat = readTextFile(`/proc/${pid}/stat`);
      if (!isKnown(stat)) return false;
      pid = parseStat(Buffer.from(encodeText(stat))).ppid;
    }
    return false;
  }
}
