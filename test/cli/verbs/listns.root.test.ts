// nscope listns on this host, with a network namespace that ip(8) named and a process in it.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { missing } from '../../tiers.ts';

const main = fileURLToPath(new URL('../../../src/cli/main.js', import.meta.url));
const skip = missing({ root: true, commands: ['ip', 'setpriv'] });
const name = `nscope-test-${process.pid}`;
const commandLine = [
  process.execPath,
  '-e',
  'console.log(1);setInterval(() => {}, 1e9)',
  ...'long '.repeat(20).split(' '),
];
let inside: ChildProcess | undefined;

before(async () => {
  if (skip) return;
  const added = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  assert.equal(added.status, 0, added.stderr);
  inside = spawn('ip', ['netns', 'exec', name, ...commandLine], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => inside?.stdout?.once('data', resolve));
});

after(async () => {
  if (!inside) return;
  const ended = new Promise((resolve) => inside?.once('exit', resolve));
  inside.kill('SIGKILL');
  await ended;
  spawnSync('ip', ['netns', 'del', name]);
});

function run(words: readonly string[], prefix: readonly string[] = []) {
  const [command = process.execPath, ...rest] = [...prefix, process.execPath, main, 'listns', ...words];
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return { lines: stdout.split('\n'), stdout, stderr };
}

test('A name of ip netns, and a process in it with two stars, are in the format of the script.', { skip }, () => {
  const pid = inside?.pid ?? 0;
  const net = readlinkSync(`/proc/${pid}/ns/net`);
  const mnt = readlinkSync(`/proc/${pid}/ns/mnt`);
  const { lines } = run([]);
  assert.equal(lines[0], '       PID  Namespace             Thread/Command');
  assert.ok(lines.includes(`        --  ${net}      created by ip netns add ${name}`));
  const command = commandLine.join(' ').slice(0, 60).trimEnd();
  assert.ok(lines.includes(`${String(pid).padStart(10)}  ${net}**    ${command}`), lines.join('\n'));
  assert.ok(lines.includes(`${String(pid).padStart(10)}  ${mnt}      ${command}`), lines.join('\n'));
});

test('No process that shares all namespaces with PID 2 is listed.', { skip }, () => {
  const own = `${String(process.pid).padStart(10)}  `;
  const elsewhere = ['net', 'mnt', 'pid', 'user'].some(
    (link) => readlinkSync(`/proc/self/ns/${link}`) !== readlinkSync(`/proc/2/ns/${link}`),
  );
  assert.equal(
    run([]).lines.some((line) => line.startsWith(own)),
    elsewhere,
  );
});

test('The JSON has what the lines say, and the command line whole.', { skip }, () => {
  const { rows, baseline } = JSON.parse(run(['--json']).stdout) as {
    rows: { pid: number | null; namespace: string; netnsNames: string[]; docker: boolean; command: string }[];
    baseline: { type: string; inode: number }[];
  };
  assert.ok(baseline.length >= 8);
  const net = readlinkSync(`/proc/${inside?.pid}/ns/net`);
  const own = rows.filter(({ namespace }) => namespace === net);
  assert.deepEqual(
    own.map(({ pid, netnsNames, docker }) => ({ pid, netnsNames, docker })),
    [
      { pid: null, netnsNames: [name], docker: false },
      { pid: inside?.pid, netnsNames: [name], docker: false },
    ],
  );
  assert.equal(own[1]?.command, commandLine.join(' ').trimEnd());
});

test('Without root the names are still listed, and what is refused is said.', { skip }, () => {
  const { lines, stderr } = run([], ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']);
  assert.ok(lines.some((line) => line.endsWith(`created by ip netns add ${name}`)));
  assert.ok(!lines.some((line) => line.startsWith(`${String(inside?.pid).padStart(10)}  `)));
  assert.match(
    stderr,
    /^nscope: not seen: \d+ processes withheld, [^\n]*compared with the boot's own namespaces; nscope coverage explains\n$/,
  );
});

test('A snapshot gives the same rows as the host that it was taken of.', { skip }, () => {
  const snapshot = spawnSync(process.execPath, [main, 'snapshot'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(snapshot.status, 0, snapshot.stderr);
  const listed = spawnSync(process.execPath, [main, 'listns', '--from', '-'], {
    encoding: 'utf8',
    input: snapshot.stdout,
  });
  assert.equal(listed.status, 0, listed.stderr);
  const about = (text: string) => text.split('\n').filter((line) => line.includes(String(inside?.pid)));
  assert.equal(about(listed.stdout).length, 2);
  assert.deepEqual(about(listed.stdout), about(run([]).stdout));
});
