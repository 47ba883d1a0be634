// Runs the fuzz for as long as one likes, or one list of steps again:
//   node build/js/test/fuzz/run.js [--seconds N] [--seed N]
//   node build/js/test/fuzz/run.js --steps 'w0,255,1 f0,3,0'
import { release } from 'node:os';
import { parseArgs } from 'node:util';
import { Fuzz } from './fuzz.ts';
import { parseSteps } from './world.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    steps: { type: 'string' },
  },
});
const fuzz = new Fuzz();
try {
  if (values.steps !== undefined) {
    const faults = await fuzz.tryWorld(parseSteps(values.steps));
    process.stdout.write(faults.map((fault) => `${fault}\n`).join(''));
    process.exitCode = faults.length > 0 ? 1 : 0;
  } else await fuzz.run({ seed: Number(values.seed), timeMs: Number(values.seconds) * 1000, worlds: 1_000_000 });
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  const { worlds, cases, kinds, skipped } = fuzz.tally;
  for (const [why, times] of [...skipped].sort((a, b) => b[1] - a[1]))
    process.stdout.write(`not done ${times} times: ${why}\n`);
  process.stdout.write(`Linux ${release()}: ${worlds} worlds, ${cases} cases, ${kinds.size} kinds of cases\n`);
  await fuzz.end();
}
