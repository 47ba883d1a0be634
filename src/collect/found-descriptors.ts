// The descriptors that are open, read once and no sooner than that is worth it.
import { type DescriptorView, type Inputs, type OpenLinks, skipBpfOfTasks, skipHolders } from '../sources/index.ts';
import { type StartedTables, startOpenLinks } from './open-links.ts';

export class FoundDescriptors implements DescriptorView {
  readByBpf = false;
  #started: StartedTables | undefined;
  #tables: readonly OpenLinks[] | undefined;
  readonly #inputs: Pick<Inputs, 'host' | 'wanted' | 'tasks' | 'namespaces'>;

  constructor(inputs: Pick<Inputs, 'host' | 'wanted' | 'tasks' | 'namespaces'>) {
    this.#inputs = inputs;
  }

  /** Begins to read them, where it is sure that they will be wanted and that BPF will not give them. */
  start(): void {
    if (skipHolders(this.#inputs) === undefined && skipBpfOfTasks(this.#inputs) !== undefined)
      this.#started = startOpenLinks(this.#inputs.tasks.processes);
  }

  tables(): readonly OpenLinks[] {
    const { processes, withheld } = this.#inputs.tasks;
    this.#tables ??= (this.#started ?? startOpenLinks(this.readByBpf ? withheld : processes)).take();
    return this.#tables;
  }

  close(): void {
    this.#started?.end();
  }
}
