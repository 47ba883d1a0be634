// Which processes descend from a command, and who made each namespace that is there: kept up by events, in memory that
// grows with what is alive and not with what has ended.
import type { EventDraft, EventNamespace, EventProcess } from '../../model/live/events.ts';
import type { Maker, Making, Whose } from './left.ts';

/** A process of the command. Its ancestors are kept for as long as it is. */
interface Member {
  readonly pid: number;
  readonly startTimeTicks: number;
  readonly at: string;
  readonly parent: Member | undefined;
  comm: string;
}

type Happening = EventDraft & { readonly at: string };

/** So many paths of names that came and went are remembered. */
const maxPaths = 10_000;

export class Descent {
  readonly #root: number;
  readonly #excluded = new Set<number>();
  readonly #members = new Map<number, Member>();
  readonly #makings = new Map<string, Making>();
  readonly #named = new Map<string, Making>();
  #lost = 0;

  /** @param root - the process that started the command, and to which its orphans come; it is no member itself */
  constructor(root: number) {
    this.#root = root;
  }

  /** A child of the root that is not the command's. */
  exclude(pid: number): void {
    this.#excluded.add(pid);
  }

  /** Events that were lost in the kernel: what they reported has no maker. An unknown number counts as one. */
  get lost(): number {
    return this.#lost;
  }

  note(event: Happening): void {
    switch (event.event) {
      case 'fork':
        this.#begin(event.process, event.at);
        break;
      case 'moved':
        this.#rename(event.process, event.at);
        break;
      case 'exit':
        if (event.process.tid === event.process.pid) this.#members.delete(event.process.pid);
        break;
      case 'created':
        this.#make(event.namespace, event);
        break;
      case 'destroyed':
        this.#makings.delete(keyOf(event.namespace));
        break;
      case 'named':
        this.#name(event.name.path, event.namespace);
        break;
      case 'lost':
        this.#lost += event.count ?? 1;
        break;
      default:
    }
  }

  /** Whether a living process, or thread, is of the command. */
  has({ pid, startTimeTicks }: { readonly pid: number; readonly startTimeTicks: number }): boolean {
    return this.#members.get(pid)?.startTimeTicks === startTimeTicks;
  }

  /** Whose a process is that has just done something. */
  whoseIs({ pid, ppid }: EventProcess): Whose {
    if (this.#excluded.has(pid) || pid === this.#root) return 'others';
    return this.#members.has(pid) || this.#members.has(ppid) || ppid === this.#root ? 'command' : 'others';
  }

  /** A process as the maker of something. */
  describe({ pid, ppid, comm, command, uid }: EventProcess): Maker {
    const above: string[] = [];
    const own = this.#members.get(pid);
    const first = own ? own.parent : this.#members.get(ppid);
    for (let member = first; member; member = member.parent) above.push(member.comm);
    return { pid, comm, ...(command === undefined ? {} : { command }), uid, above };
  }

  /** How a namespace was made; undefined where no event reported it. */
  makingOf(namespace: EventNamespace): Making | undefined {
    return this.#makings.get(keyOf(namespace));
  }

  /** How a process of the command began; undefined where no event reported it. */
  beginningOf(process: EventProcess): Making | undefined {
    const member = this.#members.get(process.pid);
    if (member?.startTimeTicks !== process.startTimeTicks) return undefined;
    return { whose: 'command', how: 'fork', at: member.at, maker: this.describe(process) };
  }

  /** How the namespace was made that a path was once a name of. */
  makingOfName(path: string): Making | undefined {
    return this.#named.get(path);
  }

  #begin({ pid, tid, ppid, startTimeTicks, comm }: EventProcess, at: string): void {
    if (tid !== pid || pid === this.#root || this.#excluded.has(pid)) return;
    const parent = this.#members.get(ppid);
    if (parent || ppid === this.#root) this.#members.set(pid, { pid, startTimeTicks, at, parent, comm });
    else this.#members.delete(pid);
  }

  #rename(process: EventProcess, at: string): void {
    const member = this.#members.get(process.pid);
    if (!member) this.#begin(process, at);
    else if (process.tid === process.pid) member.comm = process.comm;
  }

  #make(namespace: EventNamespace, { how, process, at }: Extract<Happening, { event: 'created' }>): void {
    if (!process) {
      this.#makings.set(keyOf(namespace), { whose: 'unknown', how, at, maker: null });
      return;
    }
    const whose = this.whoseIs(process);
    this.#makings.set(keyOf(namespace), { whose, how, at, maker: this.describe(process) });
  }

  #name(path: string, namespace: EventNamespace): void {
    const making = this.#makings.get(keyOf(namespace));
    if (!making) return;
    this.#named.delete(path);
    this.#named.set(path, making);
    const [oldest] = this.#named.size > maxPaths ? this.#named.keys() : [];
    if (oldest !== undefined) this.#named.delete(oldest);
  }
}

/** Numbers are used again at once, but one number is of one living namespace. */
function keyOf({ type, inode }: EventNamespace): string {
  return `${type} ${inode}`;
}
