// What verdicts cost beside a snapshot: nscope doctor and audit in turn with nscope snapshot, which reads the same.
//   node build/js/bench/verdicts.js [PROCESSES] [NAMESPACES] [ROUNDS]
// As root. 5000, 1000 and 11 where they are left out. Prints medians, and ratios to the snapshot.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { startLoad } from './load.ts';
import { buildProgram } from './programs.ts';
import { median } from './statistics.ts';

interface Run {
  readonly ms: number;
  readonly cpuMs: number;
  readonly status: number;
}

const [processes = 5000, namespaces = 1000, rounds = 11] = process.argv.slice(2).map(Number);
if (!(processes >= namespaces && namespaces >= 0 && rounds >= 1))
  throw new Error('usage: verdicts.js [PROCESSES] [NAMESPACES] [ROUNDS], no more namespaces than processes');

const verbs = ['snapshot', 'doctor', 'audit'] as const;
const measure = buildProgram('measure');
const file = join(process.cwd(), 'dist', 'nscope.cjs');
const load = await startLoad(processes, namespaces);
try {
  const runs = verbs.map((): Run[] => []);
  // The first round is not counted: it fills the caches.
  for (let round = 0; round <= rounds; round++)
    for (const [place, verb] of verbs.entries()) {
      const result = run(verb);
      if (round > 0) runs[place]?.push(result);
    }
  for (const name of ['ms', 'cpuMs'] as const) {
    const medians = runs.map((own) => median(own.map((one) => one[name])));
    const [snapshot = Number.NaN] = medians;
    for (const [place, verb] of verbs.entries()) {
      const own = medians[place] ?? Number.NaN;
      process.stdout.write(
        `nscope ${verb.padEnd(9)}${name === 'ms' ? 'clock' : 'CPU  '} ${own.toFixed(0).padStart(6)} ms, ` +
          `${(own / snapshot).toFixed(2)} of the snapshot\n`,
      );
    }
  }
} finally {
  await load.end();
}

function run(verb: string): Run {
  // Certificates that Node is told to read at each start would hide differences.
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: undefined };
  const result = JSON.parse(execFileSync(measure, [process.execPath, file, verb], { encoding: 'utf8', env })) as Run;
  if (result.status > 3) throw new Error(`nscope ${verb} ended with status ${result.status}`);
  return result;
}
