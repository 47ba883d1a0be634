// npm run bench: measures nscope against a C loop and lsns on this host, in one run, and prints medians and ratios.
//   main.js [--processes N,…] [--namespaces M] [--threads T] [--rounds R] [--memory N] [--only NAME,…] [--json FILE]
//           [--plot FILE]
import { writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { parseArgs } from 'node:util';
import { type Contender, contenders } from './contenders.ts';
import { formatGrowth, measureGrowth, plotGrowth } from './growth.ts';
import { startLoad } from './load.ts';
import { type Figures, formatMemory, formatRatios, formatTable, summarize } from './report.ts';

const { values } = parseArgs({
  options: {
    processes: { type: 'string', default: '1000,5000' },
    namespaces: { type: 'string', default: '200' },
    threads: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '7' },
    memory: { type: 'string', default: '20000' },
    only: { type: 'string' },
    json: { type: 'string' },
    plot: { type: 'string' },
  },
});
/** The lines of the plot. */
const plotted = ['lsns', 'nscope', 'nscope --no-bpf', 'nscope --json', 'iterator', 'node'];

const only = values.only?.split(',');
const chosen = contenders.filter(({ name }) => only === undefined || only.includes(name));
const results: { readonly processes: number; readonly figures: Figures }[] = [];

for (const processes of values.processes
  .split(',')
  .map(Number)
  .filter((size) => size > 0)) {
  const namespaces = Math.min(Number(values.namespaces), processes);
  const figures = await measure(processes, namespaces, Number(values.rounds), chosen);
  results.push({ processes, figures });
  process.stdout.write(
    `\n${processes} processes, ${namespaces} namespaces, ${values.rounds} rounds, Linux ${release()}\n`,
  );
  process.stdout.write(`${formatTable(chosen, figures)}\n${formatRatios(figures)}\n`);
}
const growths = measureGrowth(results);
if (growths.length > 0)
  process.stdout.write(`\nmilliseconds grow as processes to the power of\n${formatGrowth(growths)}\n`);
if (values.plot !== undefined) writeFileSync(values.plot, plotGrowth(results, plotted));
const memorySize = Number(values.memory);
if (memorySize > 0) {
  const commands = chosen.filter(({ name }) => name.startsWith('nscope'));
  const figures = await measure(memorySize, Math.min(Number(values.namespaces), memorySize), 1, commands);
  results.push({ processes: memorySize, figures });
  process.stdout.write(`\npeak memory at ${memorySize} processes (at most 300 MB)\n${formatMemory(figures)}\n`);
}
if (values.json !== undefined)
  writeFileSync(
    values.json,
    `${JSON.stringify({ kernel: release(), node: process.version, results, growths }, null, 2)}\n`,
  );

async function measure(
  processes: number,
  namespaces: number,
  rounds: number,
  lines: readonly Contender[],
): Promise<Figures> {
  const load = await startLoad(processes, namespaces, Number(values.threads));
  try {
    // The first to look at a process makes the kernel's entries for it: a round before the first, for nobody.
    for (const contender of lines) check(contender, processes);
    return summarize(
      Array.from({ length: rounds }, () => lines.map((contender) => [contender.name, contender.run()] as const)).flat(),
    );
  } finally {
    await load.end();
  }
}

/** A figure for work that was not done would be worth nothing. */
function check(contender: Contender, processes: number): void {
  const { processes: seen } = contender.run();
  if (seen !== undefined && seen < processes)
    throw new Error(`${contender.name} saw ${seen} of ${processes} processes`);
}
