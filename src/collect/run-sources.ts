// Runs the ordered table: each source gets what those before it found, and is timed and counted.
import { readSuperblocks, type Superblocks } from '../kernel/bpf/kernel-lists.ts';
import { closeDescriptor } from '../kernel/files/files.ts';
import type { HostFacts } from '../kernel/own/host.ts';
import type { Fact, NamespaceInodes, ProcessFact } from '../model/facts/facts.ts';
import { RefusalCounts } from '../model/facts/refusals.ts';
import { TaskGroups } from '../model/facts/tasks-of-namespaces.ts';
import { isKnown } from '../model/snapshot/known.ts';
import {
  formatNamespace,
  type NamespaceType,
  namespaceLinks,
  namespaceTypes,
} from '../model/snapshot/namespace-types.ts';
import type { Wanted } from '../model/snapshot/wanted.ts';
import type { OpenLinks, Source, SourceContext } from '../sources/index.ts';
import { FoundNamespaces } from './found-namespaces.ts';
import { type StartedTables, startOpenLinks } from './open-links.ts';
import { startWatch } from './stopwatch.ts';

/** Namespaces that nothing else leads to are kept open up to this many; a process may usually have 1024 descriptors. */
const maxKept = 512;

/** What the sources of BPF are told where it is not to be used. */
const bpfUnwanted = {
  code: '',
  syscall: '',
  reason: 'BPF was not to be used',
  lift: 'let BPF be used (without --no-bpf)',
};

/** @returns all facts, coverage among them; descriptors that were kept are closed again */
export function runSources(host: HostFacts, wanted: Wanted, table: readonly Source[]): Fact[] {
  const run = new Run(host, wanted);
  try {
    for (const source of table) run.source(source);
    run.finish();
    return run.facts;
  } finally {
    run.close();
  }
}

class Run {
  readonly facts: Fact[] = [];
  readonly #host: HostFacts;
  readonly #wanted: Wanted;
  readonly #tasks = new TaskGroups();
  readonly #found = new FoundNamespaces(this.facts, this.#tasks);
  readonly #processes: ProcessFact[] = [];
  readonly #inits: number[] = [];
  readonly #kept = new Map<string, number>();
  #descriptors: readonly OpenLinks[] | undefined;
  #startedDescriptors: StartedTables | undefined;
  #superblocks: Superblocks | undefined;
  readonly #allTasks: ProcessFact[] = [];
  readonly #withheld: ProcessFact[] = [];
  readonly #unfinished: (() => void)[] = [];
  readonly #emitted = new Set<readonly Fact[]>();
  /** Sets of namespaces of which not every link is known. */
  readonly #setsInPart: NamespaceInodes[] = [];
  readonly #wholeTypes = new Set<NamespaceType>();
  readonly #cgroupSets = new Map<number, number>();
  #tasksByBpf = false;
  #filesByBpf = false;

  constructor(host: HostFacts, wanted: Wanted) {
    this.#host = host;
    this.#wanted = wanted;
  }

  close(): void {
    this.#startedDescriptors?.end();
    for (const fd of this.#kept.values()) closeDescriptor(fd);
    this.#kept.clear();
  }

  source(source: Source): void {
    const elapsedMs = startWatch();
    const counts = { asked: 0, found: 0 };
    const refusals = new RefusalCounts();
    const rest: (() => void)[] = [];
    const context = this.#makeContext(counts, refusals, rest);
    const skipped = source.skip?.(context);
    if (skipped === undefined) source.run(context);
    const cover = (durationMs: number) =>
      this.facts.push({
        fact: 'coverage',
        coverage: Object.freeze({
          source: source.name,
          question: source.question,
          ran: skipped === undefined,
          ...(skipped === undefined ? {} : { skipped }),
          ...counts,
          refused: refusals.total,
          refusals: refusals.list(),
          durationMs,
        }),
      });
    const beginMs = elapsedMs();
    if (rest.length === 0) cover(beginMs);
    else
      this.#unfinished.push(() => {
        const elapsedMs = startWatch();
        for (const work of rest) work();
        cover(Math.round((beginMs + elapsedMs()) * 1000) / 1000);
      });
  }

  /** Does what sources have left for later. */
  finish(): void {
    for (const work of this.#unfinished) work();
  }

  #makeContext(counts: { asked: number; found: number }, refusals: RefusalCounts, rest: (() => void)[]): SourceContext {
    return {
      host: this.#host,
      wanted: this.#wanted,
      found: () => this.#found.list(),
      processes: () => this.#processes,
      inits: () => this.#inits,
      withheld: () => this.#withheld,
      startDescriptors: () => this.#startDescriptors(),
      descriptors: () => this.#readDescriptors(),
      skipHolders: () => this.#skipHolders(),
      skipDescriptors: () =>
        this.#skipHolders() ??
        (this.#filesByBpf && this.#withheld.length === 0 ? 'read from the kernel, with BPF' : undefined),
      skipBpfOfTasks: () => this.#skipBpfOfTasks(),
      tasksByBpf: (done) => {
        this.#tasksByBpf ||= done === true;
        return this.#tasksByBpf;
      },
      cgroupSets: () => this.#cgroupSets,
      tasks: () => this.#allTasks,
      tasksWhere: (test) => this.#findTasks([...this.#tasks.groups.keys()].filter(test)),
      tasksInPart: (test) => this.#findTasks(this.#setsInPart.filter(test)),
      oldestTasks: () => Array.from(this.#tasks.groups.values(), ({ oldest }) => oldest),
      filesByBpf: (done) => {
        this.#filesByBpf ||= done === true;
        return this.#filesByBpf;
      },
      superblocks: () => this.#readSuperblocks(),
      keep: (type, inode, fd) => this.#keep(type, inode, fd),
      later: (work) => void rest.push(work),
      emit: (fact) => {
        counts.found++;
        this.#take(fact);
      },
      emitAll: (facts) => {
        counts.found += facts.length;
        if (this.#emitted.has(facts)) return;
        this.#emitted.add(facts);
        for (const fact of facts) this.#take(fact);
      },
      asked: (count = 1) => {
        counts.asked += count;
      },
      refused: (what, errno, example) => refusals.add(what, errno, example),
      searched: (kinds, unseen, invisible) => {
        const why = { ...(unseen === undefined ? {} : { unseen }), ...(invisible === undefined ? {} : { invisible }) };
        for (const kind of kinds) this.facts.push({ fact: 'search', kind, ...why });
      },
      isListedWhole: (type) => this.#wholeTypes.has(type),
      limit: (reason, lift) => {
        this.facts.push({ fact: 'limit', reason, ...(lift === undefined ? {} : { lift }) });
      },
    };
  }

  #take(fact: Fact): void {
    this.facts.push(fact);
    if (fact.fact === 'process') {
      const sets = this.#tasks.groups.size;
      this.#tasks.add(fact);
      if (this.#tasks.groups.size > sets && !isWhole(fact.namespaces)) this.#setsInPart.push(fact.namespaces);
      this.#allTasks.push(fact);
      if (fact.tid === fact.pid) this.#processes.push(fact);
      if (fact.tid === 1) this.#inits.push(1);
      if (this.#tasksByBpf && fact.startTimeTicks < this.#ownStart()) this.#withheld.push(fact);
    } else if (fact.fact === 'enumeration') for (const type of fact.wholeTypes) this.#wholeTypes.add(type);
    else if (fact.fact === 'nested-pids' && fact.pids.at(-1) === 1) this.#inits.push(fact.pid);
  }

  #findTasks(sets: readonly NamespaceInodes[]): readonly ProcessFact[] {
    const passing = new Set(sets);
    return passing.size === 0 ? [] : this.#allTasks.filter(({ namespaces }) => passing.has(namespaces));
  }

  /** Only where it is sure that BPF will not give them. */
  #startDescriptors(): void {
    if (this.#skipHolders() === undefined && this.#skipBpfOfTasks() !== undefined)
      this.#startedDescriptors = startOpenLinks(this.#processes);
  }

  #readDescriptors(): readonly OpenLinks[] {
    this.#descriptors ??= (
      this.#startedDescriptors ?? startOpenLinks(this.#filesByBpf ? this.#withheld : this.#processes)
    ).take();
    return this.#descriptors;
  }

  /** What began later may have come after the kernel was asked: it was not withheld. */
  #ownStart(): number {
    return this.#processes.find(({ pid }) => pid === this.#host.vantage.pid)?.startTimeTicks ?? 0;
  }

  #skipHolders(): string | undefined {
    const { holders } = this.#wanted;
    if (holders === true) return undefined;
    if (holders === false) return 'what holds namespaces was not asked for';
    return this.#wholeTypes.size === namespaceTypes.length ? 'the kernel lists all namespaces by itself' : undefined;
  }

  /** The kernel's iterators see nscope's own pid namespace: that must be the one that /proc shows. */
  #skipBpfOfTasks(): string | undefined {
    if (!this.#wanted.bpf) return 'BPF was not to be used';
    const { namespaces, procPidNamespace } = this.#host.vantage;
    return isKnown(procPidNamespace) && procPidNamespace === namespaces.pid
      ? undefined
      : '/proc shows another pid namespace than that of nscope';
  }

  #readSuperblocks(): Superblocks {
    if (!this.#wanted.bpf) return { refused: bpfUnwanted };
    this.#superblocks ??= readSuperblocks();
    return this.#superblocks;
  }

  #keep(type: NamespaceType, inode: number, fd: number): boolean {
    const key = formatNamespace(type, inode);
    if (this.#kept.has(key) || this.#kept.size >= maxKept) {
      closeDescriptor(fd);
      return this.#kept.has(key);
    }
    this.#kept.set(key, fd);
    this.#found.keep(type, inode, `/proc/self/fd/${fd}`);
    return true;
  }
}

function isWhole(namespaces: NamespaceInodes): boolean {
  for (const link of namespaceLinks) if (!isKnown(namespaces[link])) return false;
  return true;
}
