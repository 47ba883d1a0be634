// Where an experiment is carried out: runs its commands on this host, keeps what they wrote, and ends what they left.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { quoteWord } from '../../analysis/release/shell-words.ts';
import type { Check, ShownCommand } from '../../model/evidence/experiment-report.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { Actor, type End } from './actor.ts';
import { NoAnswerError, NotPermittedError } from './experiment.ts';

/** A line for sh(1), or a program and its arguments; the words `nscope` and `node` stand for the running ones. */
type StageCommand = string | readonly string[];

/** What a command wrote, without the line feeds at its end, and how it ended. */
interface Answer extends End {
  /** To standard output. */
  readonly output: string;
  /** To standard error as well, where Node may have a warning too. */
  readonly said: string;
}

/** A command that runs in namespaces of its own. */
export interface StagedProcess {
  readonly actor: Actor;
  /** The command, as the lab sees it. */
  readonly pid: number;
  readonly inodes: Readonly<Partial<Record<NamespaceType, number>>>;
}

export interface StageOptions {
  /** Gives the program and the arguments for the words of a command. */
  readonly resolve: (words: readonly string[]) => readonly string[];
  /** Whether the lab has CAP_SYS_ADMIN in its user namespace, and so needs none of its own. */
  readonly privileged: boolean;
  /** A directory that something may be mounted on in a mount namespace of its own. */
  readonly directory: string;
  /** How long an answer may take: the machine may be busy, and no experiment takes a second on an idle one. */
  readonly patienceMs: number;
}

/** The status that a shell, and nscope, give for that. */
const noSuchCommand = 127;

export class Stage {
  /** See StageOptions. */
  readonly directory: string;
  readonly privileged: boolean;
  readonly checks: Check[] = [];
  readonly #resolve: StageOptions['resolve'];
  readonly #patienceMs: number;
  readonly #actors: Actor[] = [];

  constructor({ resolve, privileged, directory, patienceMs }: StageOptions) {
    this.#resolve = resolve;
    this.#patienceMs = patienceMs;
    this.privileged = privileged;
    this.directory = directory;
  }

  get commands(): ShownCommand[] {
    return this.#actors.map((actor) => actor.show());
  }

  /** The beginning of a command that makes namespaces; for an ordinary user in a new user namespace that owns them. */
  runIn(...types: readonly NamespaceType[]): string[] {
    return ['nscope', 'run', ...this.#flags(types, '--map-root'), '--'];
  }

  /** The same by unshare(1), which moves itself by the system call of that name. */
  unshare(...types: readonly NamespaceType[]): string {
    return ['unshare', ...this.#flags(types, '--map-root-user')].join(' ');
  }

  #flags(types: readonly NamespaceType[], mapRoot: string): string[] {
    return [...(this.privileged || types.includes('user') ? [] : [mapRoot]), ...types.map(formatFlag)];
  }

  /** The beginning of a command that enters namespaces of a process: all of them, or those of these types. */
  enter({ pid }: Pick<StagedProcess, 'pid'>, ...types: readonly NamespaceType[]): string[] {
    const all = this.privileged ? types : (['user', ...types] as const);
    return ['nscope', 'enter', String(pid), ...(types.length > 0 ? ['--type', all.join(',')] : []), '--'];
  }

  /**
   * Runs a command to its end.
   * @throws NotPermittedError where it fails, with what it said
   */
  async run(command: StageCommand): Promise<string> {
    const { output, said, status, signal } = await this.try(command);
    if (status === 0) return output;
    throw new NotPermittedError(findMessage(said) ?? `${this.#show(command)} ended with ${status ?? signal}`);
  }

  /** The same for a command that may fail. @throws NotPermittedError where a program that it needs is missing */
  async try(command: StageCommand): Promise<Answer> {
    const actor = this.#begin(command, false);
    const { status, signal } = await actor.end();
    if (actor.failure) throw new NotPermittedError(actor.failure.message);
    if (status === noSuchCommand) throw new NotPermittedError(findMessage(actor.output) ?? 'a program is missing');
    return { output: actor.standardOutput.trimEnd(), said: actor.output.trimEnd(), status, signal };
  }

  /**
   * Starts a command and goes on when it has written what is waited for.
   * @throws NotPermittedError where it ends without
   */
  async start(command: StageCommand, pattern: RegExp): Promise<Actor> {
    const actor = this.#begin(command, true);
    await this.#await(actor, pattern);
    return actor;
  }

  /** Makes namespaces with a process in them that runs a script of sh(1) and then sleeps. */
  async make(types: readonly NamespaceType[], script = ''): Promise<StagedProcess> {
    return await this.makeWith([...this.runIn(...types), 'sh', '-c', idle(script)]);
  }

  /** The same by any command of nscope run; what runs in it writes `ready`. */
  async makeWith(words: readonly string[]): Promise<StagedProcess> {
    const at = words.indexOf('run') + 1;
    const actor = this.#begin([...words.slice(0, at), '--json', ...words.slice(at)], true);
    const [, text = ''] = await this.#await(actor, /^(\{.*\})$/m);
    const { namespaces, process } = JSON.parse(text) as {
      readonly namespaces: readonly { readonly type: NamespaceType; readonly inode: number }[];
      readonly process: { readonly pid: number };
    };
    actor.inner = process.pid;
    await this.#await(actor, /^ready$/m);
    const inodes = Object.fromEntries(namespaces.map(({ type, inode }) => [type, inode]));
    return { actor, pid: process.pid, inodes };
  }

  /** Waits for what comes about by itself. @throws NoAnswerError */
  async until(what: string, holds: () => boolean): Promise<void> {
    for (const deadline = Date.now() + this.#patienceMs; !holds(); await sleep(5))
      if (Date.now() > deadline) throw new NoAnswerError(`${what}: not within ${this.#patienceMs / 1000} s`);
  }

  /** Compares what the kernel answered with what the documents say. */
  expect(what: string, answered: string | number | undefined, expected: string | number): void {
    const [was, should] = [String(answered ?? 'nothing'), String(expected)];
    this.checks.push({ what, expected: should, answered: was, holds: was === should });
  }

  /** The same for two things that must not be equal. */
  expectOther(what: string, answered: string | number | undefined, than: string | number): void {
    const was = String(answered ?? 'nothing');
    const holds = answered !== undefined && answered !== '' && was !== String(than);
    this.checks.push({ what, expected: `other than ${than}`, answered: was, holds });
  }

  /** Ends all that still runs, the last first. */
  async close(): Promise<void> {
    for (const actor of [...this.#actors].reverse()) await actor.stop();
  }

  async #await(actor: Actor, pattern: RegExp): Promise<RegExpExecArray> {
    const found = await actor.until(pattern);
    if (found) return found;
    throw new NotPermittedError(actor.failure?.message ?? findMessage(actor.output) ?? 'the command ended at once');
  }

  #begin(command: StageCommand, background: boolean): Actor {
    const words = typeof command === 'string' ? ['sh', '-c', command] : command;
    const shown = { command: this.#show(command), background };
    const actor = new Actor(this.#resolve(words), shown, this.#patienceMs, () => this.#actors.length - 1);
    this.#actors.push(actor);
    return actor;
  }

  #show(command: StageCommand): string {
    return typeof command === 'string' ? command : command.map(quoteWord).join(' ');
  }
}

/** As unshare(1) and nscope run call a type. */
function formatFlag(type: NamespaceType): string {
  return type === 'mnt' ? '--mount' : `--${type}`;
}

/** What a program complained of: nscope's own words, else the last line; mount(8) adds a hint to it. */
export function findMessage(said: string): string | undefined {
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !line.includes('dmesg(1)'));
  return lines.findLast((line) => line.startsWith('nscope: ')) ?? lines.at(-1);
}

/** For a script of sh(1): tells that it is there, and stays until it is ended. */
export function idle(script = ''): string {
  return [...(script === '' ? [] : [script]), 'echo ready', 'exec sleep 1000'].join(' && ');
}

/** The first usual directory that neither nscope nor Node lies in. */
export function chooseDirectory(programs: readonly string[]): string {
  const usual = ['/mnt', '/media', '/opt', '/srv', '/tmp'];
  return usual.find((path) => existsSync(path) && !programs.some((file) => file.startsWith(`${path}/`))) ?? '/mnt';
}

/** The number of a namespace in the text of its link, `net:[4026532992]`. */
export function readInode(link: string): string {
  return /\[(\d+)\]/.exec(link)?.[1] ?? link;
}
