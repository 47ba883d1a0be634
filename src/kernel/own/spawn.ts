// Makes processes step by step: native/steps.c has the system calls, this file the conversation with the child.
import { closeSync } from 'node:fs';
import { requireAddon } from '../addon/require-addon.ts';
import { nameErrno } from '../addon/syscall-error.ts';

/**
 * One thing that a new process does before it becomes its command, named after the system call. A number is a flag, a
 * descriptor or an id, as the call has it; strings are paths and names.
 */
export type SpawnStep =
  /** Tells the parent, and waits until it says to go on. */
  | readonly ['sync']
  | readonly ['unshare', flags: number]
  | readonly ['setns', fd: number, type: number]
  /** Goes on in a new process with the same parent, in new namespaces of these types and in those entered for children. */
  | readonly ['clone', flags: number]
  | readonly [
      'mount',
      source: string | null,
      target: string,
      type: string | null,
      flags: number,
      options: string | null,
    ]
  | readonly ['umount', target: string, flags: number]
  /** Writes a text to a file that is there, in one write. */
  | readonly ['write', path: string, text: string]
  | readonly ['sethostname', name: string]
  /** Brings a network interface up. */
  | readonly ['ifup', name: string]
  | readonly ['chdir', path: string]
  | readonly ['fchdir', fd: number]
  | readonly ['chroot', path: string]
  | readonly ['setgroups', gids: readonly number[]]
  | readonly ['setgid', gid: number]
  | readonly ['setuid', uid: number]
  /** Keeps the permitted capabilities through exec: the ambient set of capabilities(7). */
  | readonly ['ambient']
  /** The signal that it gets when nscope dies. */
  | readonly ['pdeathsig', signal: number]
  /** The soft limit of open descriptors. */
  | readonly ['nofile', limit: number]
  /** Descriptors that stay open in the command. */
  | readonly ['keep', fds: readonly number[]]
  /** Becomes a process that kills `pid` and what is below it when nscope is gone without having released it. */
  | readonly ['guard', pid: number]
  /** `to` leads to what `from` leads to: dup2(2). */
  | readonly ['dup2', from: number, to: number]
  /** Follows what it starts, and reports refused calls; the following steps are those of its child. */
  | readonly ['trace']
  /** Becomes an init; the following steps are those of its child. */
  | readonly ['init']
  /** Becomes an init with a prompt; nothing follows. */
  | readonly ['prompt', verbose: 0 | 1, environment: readonly string[] | null]
  /** Makes a child and ends before it; nothing follows. */
  | readonly ['orphan']
  /** Becomes the first of these files that can be executed; null stands for nscope's own environment. */
  | readonly ['exec', files: readonly string[], words: readonly string[], environment: readonly string[] | null];

/** A step that failed: which one, and the errno's name. */
export interface StepFailure {
  readonly step: SpawnStep;
  readonly errno: string;
}

/** What a child said: it waits, it goes on as another process, a step failed, or it is on its own. */
type ChildMessage =
  | { readonly what: 'waits'; readonly index: number }
  | { readonly what: 'goes-on'; readonly pid: number }
  | { readonly what: 'failed'; readonly failure: StepFailure }
  | { readonly what: 'closed' };

/** A child that takes steps. */
export interface SpawnedChild {
  /** Of the process that began, in the caller's pid namespace. */
  readonly pid: number;
  /** Readable when the child has something to say. */
  readonly socket: number;
  /** Waits for what it says next. */
  receive(): ChildMessage;
  /** Lets a child that waits go on. */
  release(): void;
  /** Ends the conversation; a child that waits ends. */
  close(): void;
}

/** As native/spawn.h has them. */
const messages = { sync: 1, pid: 2, failed: 3 } as const;

/**
 * Starts a process that takes these steps in turn. All descriptors that are not close-on-exec go along.
 * @throws SyscallError EAGAIN where there may be no more processes; AddonMissingError
 */
export function spawn(steps: readonly SpawnStep[]): SpawnedChild {
  const addon = requireAddon();
  const [pid, socket] = addon.spawn(steps);
  return {
    pid,
    socket,
    receive() {
      const message = addon.receiveFromChild(socket);
      if (message === null) return { what: 'closed' };
      const [what, index, value, errno] = message;
      if (what === messages.sync) return { what: 'waits', index };
      if (what === messages.pid) return { what: 'goes-on', pid: value };
      const step = steps[index];
      if (what !== messages.failed || !step) throw new Error(`a child sent ${message.join(' ')}`);
      return { what: 'failed', failure: { step, errno: nameErrno(errno) } };
    },
    release: () => addon.releaseChild(socket),
    close: () => closeSync(socket),
  };
}

/**
 * Lets a child of the caller's own namespaces take steps, and waits for its end.
 * @returns the step that failed, if one did
 */
export function takeSteps(steps: readonly SpawnStep[]): StepFailure | undefined {
  const child = spawn(steps);
  let failure: StepFailure | undefined;
  for (let message = child.receive(); message.what !== 'closed'; message = child.receive())
    if (message.what === 'failed') failure = message.failure;
  child.close();
  waitForChild(child.pid);
  return failure;
}

/** How a child ended. */
export type ChildEnd = { readonly status: number } | { readonly signal: number };

/**
 * Waits until a child has ended.
 * @throws SyscallError ECHILD when it is no child of the caller
 * @see waitpid(2)
 */
export function waitForChild(pid: number): ChildEnd {
  const status = requireAddon().waitForChild(pid);
  const signal = status & 0x7f;
  return signal === 0 ? { status: (status >> 8) & 0xff } : { signal };
}
