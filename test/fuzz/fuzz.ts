// Makes one random world after another, asks nscope of each from every vantage, and holds the answers against the truth.
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { check, type Verdict } from './check.ts';
import { steps } from './steps.ts';
import { Observer, vantages } from './vantages.ts';
import { formatSteps, makeWorld, type Step } from './world.ts';

export interface Tally {
  worlds: number;
  /** Namespaces that were held against a snapshot, each once for each vantage. */
  cases: number;
  /** How many of these differ by what holds the namespace, its type and the vantage. */
  readonly kinds: Map<string, number>;
  /** Steps that could not be done, by why. */
  readonly skipped: Map<string, number>;
}

/** The kernel frees what was released a moment later, network namespaces last. */
const lateMs = 30_000;
/** What is on its way out may be a child or an owned namespace until then; what is false of a world at rest stays so. */
const restlessMs = 3_000;

export class Fuzz {
  readonly tally: Tally = { worlds: 0, cases: 0, kinds: new Map(), skipped: new Map() };
  readonly #observers = vantages.map((vantage) => new Observer(vantage));

  /** @returns what was false, each with its vantage */
  async tryWorld(list: readonly Step[]): Promise<string[]> {
    const world = await makeWorld(list);
    try {
      for (const why of world.ledger.skipped) count(this.tally.skipped, why);
      this.tally.worlds++;
      const faults: string[] = [];
      for (const observer of this.#observers) {
        const { vantage } = observer;
        const began = Date.now();
        const isToWait = ({ faults, late }: Verdict): boolean =>
          faults.length > 0 ? Date.now() - began < restlessMs : late.length > 0 && Date.now() - began < lateMs;
        let verdict = check(world.ledger, await observer.takeSnapshot(), vantage);
        while (isToWait(verdict)) {
          await sleep(100);
          verdict = check(world.ledger, await observer.takeSnapshot(), vantage);
        }
        for (const one of verdict.cases) count(this.tally.kinds, one);
        this.tally.cases += verdict.cases.length;
        faults.push(
          ...(verdict.faults.length > 0 ? verdict.faults : verdict.late).map((fault) => `${vantage.name}: ${fault}`),
        );
      }
      return faults;
    } finally {
      await world.release();
    }
  }

  /**
   * Random worlds until the time is up or something is false, which is then made as short as time allows.
   * @throws Error with the seed, the steps and the command that tries these again
   */
  async run({ seed, timeMs, worlds }: { seed: number; timeMs: number; worlds: number }): Promise<void> {
    // The first snapshot takes many times as long as others under emulation: the time begins after it.
    await Promise.all(this.#observers.map((observer) => observer.takeSnapshot()));
    let found: string[] = [];
    const property = fc.asyncProperty(steps, async (list) => {
      const faults = await this.tryWorld(list);
      if (faults.length > 0) found = faults;
      return faults.length === 0;
    });
    const result = await fc.check(property, { seed, numRuns: worlds, interruptAfterTimeLimit: timeMs });
    const [list] = result.counterexample ?? [];
    if (!list) return;
    if (found.length === 0) throw result.errorInstance;
    const command = `node build/js/test/fuzz/run.js --steps '${formatSteps(list)}'`;
    throw new Error(`seed ${seed}, world ${result.numRuns}:\n${found.join('\n')}\n${command}`);
  }

  async end(): Promise<void> {
    for (const observer of this.#observers) await observer.end();
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
