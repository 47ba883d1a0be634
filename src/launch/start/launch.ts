// Starts a command by steps, talks with it until it is on its own, and cleans up where it did not come to that.
import { type SpawnedChild, type SpawnStep, type StepFailure, spawn, waitForChild } from '../../kernel/own/spawn.ts';

/** What a process does on its way to the command, and what nscope does at each `sync` among its steps, in their order. */
interface LaunchPlan {
  readonly steps: readonly SpawnStep[];
  /** @param pid - the process that waits, in nscope's pid namespace */
  readonly atSync: readonly ((pid: number) => void)[];
}

/** A step of the new process failed. What it means is for a sentence of explain-failure.ts. */
export class StepError extends Error {
  readonly failure: StepFailure;

  constructor(failure: StepFailure) {
    super(`${failure.step[0]}: ${failure.errno}`);
    this.failure = failure;
  }
}

/**
 * Starts the process and returns when it has become its command.
 * @returns its PID; it is a child of nscope
 * @throws StepError, and whatever a function of `atSync` throws; no process is left then
 */
export function launch({ steps, atSync }: LaunchPlan): number {
  const child = spawn(steps);
  const conversation = new Conversation(child, steps);
  try {
    for (const act of atSync) {
      const pid = conversation.untilItWaits();
      act(pid);
      child.release();
    }
    return conversation.untilItIsAlone();
  } catch (error) {
    child.close();
    conversation.reap();
    throw error;
  }
}

class Conversation {
  readonly #child: SpawnedChild;
  readonly #steps: readonly SpawnStep[];
  readonly #pids: number[];

  constructor(child: SpawnedChild, steps: readonly SpawnStep[]) {
    this.#child = child;
    this.#steps = steps;
    this.#pids = [child.pid];
  }

  untilItWaits(): number {
    const { index } = this.#until('waits');
    // The new process and the one that made it speak at the same time.
    const clones = this.#steps.slice(0, index).filter(([call]) => call === 'clone').length;
    while (this.#pids.length <= clones) this.#until('goes-on');
    return this.#pid;
  }

  untilItIsAlone(): number {
    this.#until('closed');
    this.#child.close();
    for (const pid of this.#pids.slice(0, -1)) waitForChild(pid);
    return this.#pid;
  }

  /** After a failure: all that were started have ended or end now. */
  reap(): void {
    for (const pid of this.#pids) waitForChild(pid);
  }

  get #pid(): number {
    return this.#pids.at(-1) ?? this.#child.pid;
  }

  #until<W extends 'waits' | 'goes-on' | 'closed'>(what: W) {
    let failure: StepFailure | undefined;
    for (;;) {
      const message = this.#child.receive();
      if (message.what === 'goes-on') this.#pids.push(message.pid);
      // What it has started since is still to be heard of, so that it can be waited for.
      if (message.what === 'failed') failure = message.failure;
      if (message.what === 'closed' && failure) throw new StepError(failure);
      if (message.what === what && !failure) return message as Extract<typeof message, { readonly what: W }>;
      if (message.what === 'closed') throw new Error('a process ended on its way to the command');
    }
  }
}
