// What the sources have told so far, and what those after them may read of it.
import { readSuperblocks, type Superblocks } from '../kernel/bpf/kernel-lists.ts';
import { bpfUnwanted } from '../kernel/bpf/refusal.ts';
import type { HostFacts } from '../kernel/own/host.ts';
import type { Fact } from '../model/facts/facts.ts';
import type { Wanted } from '../model/snapshot/wanted.ts';
import type { Inputs, Outcome } from '../sources/index.ts';
import { FoundDescriptors } from './found-descriptors.ts';
import { FoundNamespaces } from './found-namespaces.ts';
import { FoundTasks } from './found-tasks.ts';

export class Collection {
  readonly facts: Fact[] = [];
  readonly inputs: Inputs;
  readonly namespaces: FoundNamespaces;
  readonly #tasks: FoundTasks;
  readonly #descriptors: FoundDescriptors;
  readonly #taken = new Set<readonly Fact[]>();
  #superblocks: Superblocks | undefined;

  constructor(host: HostFacts, wanted: Wanted) {
    const tasks = new FoundTasks(host.vantage.pid);
    const namespaces = new FoundNamespaces(this.facts, tasks.groups);
    const descriptors = new FoundDescriptors({ host, wanted, tasks, namespaces });
    const superblocks = () => this.#readSuperblocks(wanted);
    this.inputs = { host, wanted, tasks, namespaces, descriptors, superblocks };
    this.#tasks = tasks;
    this.namespaces = namespaces;
    this.#descriptors = descriptors;
  }

  take(fact: Fact): void {
    this.facts.push(fact);
    if (fact.fact === 'process') this.#tasks.take(fact);
    else if (fact.fact === 'nested-pids') this.#tasks.takeNestedPids(fact);
    else if (fact.fact === 'enumeration') this.namespaces.takeEnumeration(fact);
  }

  /** The same list again is passed over. */
  takeAll(facts: readonly Fact[]): void {
    if (this.#taken.has(facts)) return;
    this.#taken.add(facts);
    for (const fact of facts) this.take(fact);
  }

  merge({ tasksByBpf, filesByBpf, allProcesses }: Outcome): void {
    if (tasksByBpf) this.#tasks.takeBpf(tasksByBpf);
    if (filesByBpf) this.#descriptors.readByBpf = true;
    if (allProcesses) this.#descriptors.start();
  }

  /** Ends what was begun, and closes the descriptors that were kept. */
  close(): void {
    this.#descriptors.close();
    this.namespaces.close();
  }

  #readSuperblocks({ bpf }: Wanted): Superblocks {
    if (!bpf) return { refused: bpfUnwanted };
    this.#superblocks ??= readSuperblocks();
    return this.#superblocks;
  }
}
