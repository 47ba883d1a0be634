// Whether commands start slower than in another build of nscope, say of an earlier commit: both run in turn, so that they
// meet the same host.
//   node build/js/bench/beside.js DIRECTORY [PAIRS]
// DIRECTORY is a checkout in which npm ci and npm run build have run. Prints for each line the medians of both builds, the
// ratio of the medians, and the quartiles of the ratios of the pairs.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildProgram } from './programs.ts';
import { median, quartiles } from './statistics.ts';

const lines: readonly (readonly string[])[] = [['ls'], ['ls', '--no-bpf'], []];

interface Run {
  readonly ms: number;
  readonly cpuMs: number;
  readonly status: number;
}

const [other, count = '41'] = process.argv.slice(2);
if (other === undefined) throw new Error('the directory of the other build is missing');
const builds = [resolve(other), process.cwd()].map((directory) => join(directory, 'dist', 'nscope.cjs'));
for (const file of builds) if (!existsSync(file)) throw new Error(`${file} is missing: npm ci && npm run build`);
const [before = '', now = ''] = builds;
const measure = buildProgram('measure');

for (const words of lines) {
  const pairs: (readonly [Run, Run])[] = [];
  // The first pair is not counted: it fills the caches. The one that runs first alternates.
  for (let i = 0; i <= Number(count); i++) {
    const first = i % 2 === 0 ? run(before, words) : undefined;
    const second = run(now, words);
    if (i > 0) pairs.push([first ?? run(before, words), second]);
  }
  for (const name of ['ms', 'cpuMs'] as const) {
    const [old, fresh] = [median(pairs.map(([one]) => one[name])), median(pairs.map(([, one]) => one[name]))];
    const [low, high] = quartiles(pairs.map(([a, b]) => b[name] / a[name]));
    process.stdout.write(
      `${['nscope', ...words].join(' ').padEnd(19)}${name === 'ms' ? 'clock' : 'CPU  '} ` +
        `${old.toFixed(1)} ms before, ${fresh.toFixed(1)} ms now: ${(fresh / old).toFixed(3)}; ` +
        `half of the pairs from ${low.toFixed(3)} to ${high.toFixed(3)}\n`,
    );
  }
}

function run(file: string, words: readonly string[]): Run {
  // Certificates that Node is told to read at each start would hide differences.
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: undefined };
  const text = execFileSync(measure, [process.execPath, file, ...words], { encoding: 'utf8', env });
  const result = JSON.parse(text) as Run;
  if (result.status !== 0) throw new Error(`${file} ${words.join(' ')} ended with status ${result.status}`);
  return result;
}
