// The wiring of many network namespaces: reading all links and finding where each leads, beside a C program that enters
// each namespace and dumps its links once. Both in turn, in one run, and with fewer namespaces for the growth.
//   node build/js/bench/wiring.js [NAMESPACES] [ROUNDS]
// As root. NAMESPACES are 1000 and ROUNDS 9 where they are left out. Each has lo and a veth, whose other end is in one more
// namespace, as in a bridge network: 3 links for each.
import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { release } from 'node:os';
import { wireLinks } from '../src/analysis/wiring/wires.ts';
import { describeLink } from '../src/conditions/networks/describe-links.ts';
import { resolveNumbers } from '../src/conditions/networks/resolve-numbers.ts';
import { readLinksIn } from '../src/kernel/net/ask-networks.ts';
import { isKnown, notAsked } from '../src/model/snapshot/known.ts';
import type { Network } from '../src/model/snapshot/schema.ts';
import { buildProgram } from './programs.ts';
import { median, range } from './statistics.ts';

const [size = 1000, rounds = 9] = process.argv.slice(2).map(Number);
if (!(size >= 4 && rounds >= 1)) throw new Error('usage: wiring.js [NAMESPACES] [ROUNDS]');

const nothing = {
  addresses: notAsked,
  routes: notAsked,
  neighbours: notAsked,
  listening: notAsked,
  sockets: notAsked,
  conntrack: notAsked,
};

const prefix = `nsw${process.pid}`;
const program = buildProgram('netlinks');
const sizes = [Math.floor(size / 4), Math.floor(size / 2), size];
let made = 0;

runIp(`netns add ${prefix}r`);
try {
  process.stdout.write(`medians of ${rounds} rounds in ms, Linux ${release()}, Node ${process.version}\n`);
  const measured = sizes.map((count) => {
    grow(count);
    return measure(count);
  });
  const [small, large] = [measured[0], measured.at(-1)];
  for (const name of ['c', 'wiring'] as const) {
    const exponent = Math.log((large?.[name] ?? 0) / (small?.[name] ?? 1)) / Math.log(size / (sizes[0] ?? 1));
    process.stdout.write(
      `CPU time of ${name === 'c' ? 'C' : name} grows as namespaces to the power of ${exponent.toFixed(2)}\n`,
    );
  }
} finally {
  runIp([...Array.from({ length: made }, (_, i) => `netns del ${prefix}n${i}`), `netns del ${prefix}r`].join('\n'));
}

function runIp(batch: string): void {
  execFileSync('ip', ['-batch', '-'], { input: `${batch}\n`, stdio: ['pipe', 'ignore', 'inherit'] });
}

function grow(count: number): void {
  const names = Array.from({ length: count - made }, (_, i) => made + i);
  runIp(names.map((i) => `netns add ${prefix}n${i}`).join('\n'));
  execFileSync('ip', ['-n', `${prefix}r`, '-batch', '-'], {
    input: names.map((i) => `link add v${i} type veth peer name eth0 netns ${prefix}n${i}\n`).join(''),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  made = count;
}

function measure(count: number): { readonly c: number; readonly wiring: number } {
  const names = [`${prefix}r`, ...Array.from({ length: count }, (_, i) => `${prefix}n${i}`)];
  const ways = names.map((name) => ({ path: `/run/netns/${name}`, inode: statSync(`/run/netns/${name}`).ino }));
  const input = ways.map(({ path }) => `${path}\n`).join('');
  const links = 3 * count + 1;
  const first = time(() => readWires(ways, links));
  const yardstick: Timed[] = [];
  const own: Timed[] = [];
  for (let round = 0; round < rounds; round++) {
    const { stdout } = spawnSync(program, ['1'], { input, encoding: 'utf8' });
    const said = JSON.parse(stdout) as Timed & { readonly links: number };
    if (said.links !== links) throw new Error(`the C program saw ${said.links} links of ${links}`);
    yardstick.push(said);
    own.push(time(() => readWires(ways, links)));
  }
  process.stdout.write(
    `${count} namespaces, ${links} links; the first wiring in the process ${first.ms.toFixed(1)} ms\n`,
  );
  const [c, wiring] = [yardstick, own].map((all) => median(all.map(({ cpuMs }) => cpuMs)));
  for (const name of ['ms', 'cpuMs'] as const) {
    const [theirs, ours] = [yardstick, own].map((all) => all.map((one) => one[name]));
    const ratio = median(ours ?? []) / median(theirs ?? []);
    process.stdout.write(
      `  ${name === 'ms' ? 'clock' : 'CPU  '} C ${describe(theirs ?? [])}, wiring ${describe(ours ?? [])}: ${ratio.toFixed(2)} (at most 2)\n`,
    );
  }
  return { c: c ?? 0, wiring: wiring ?? 0 };
}

interface Timed {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Of all threads. */
function time(work: () => unknown): Timed {
  const started = performance.now();
  const cpu = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - started, cpuMs: (user + system) / 1000 };
}

function describe(values: readonly number[]): string {
  const [low, high] = range(values);
  return `${median(values).toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`;
}

/** What nscope net does before anything is printed, for links alone. @throws Error where an end was not found */
function readWires(ways: readonly { readonly path: string; readonly inode: number }[], expected: number): void {
  const answers = readLinksIn(ways);
  const read = ways.flatMap((way, at) => {
    const links = answers[at] ?? notAsked;
    return isKnown(links) ? [{ ...way, links }] : [];
  });
  const numbers = resolveNumbers(read);
  const networks = read.map(({ inode, links }, at): Network => {
    const resolve = (nsid: number) => read[numbers[at]?.get(nsid) ?? -1]?.inode;
    return { inode, links: links.map((link) => describeLink(link, inode, resolve)), ...nothing };
  });
  const wired = wireLinks(networks);
  const joined = wired.filter(({ ends }) => ends.some(({ role, link }) => role === 'peer' && link !== undefined));
  if (wired.length !== expected || joined.length !== (expected * 2 - 2) / 3)
    throw new Error(`${joined.length} of ${wired.length} links have a peer; ${expected} links were made`);
}
