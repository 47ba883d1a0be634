// The verbs on namespaces that the kernel made, without privilege: a user namespace with all others in it, and a pid
// namespace nested in its pid namespace, whose process has a name that would act on a terminal.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { namespaceTypes } from '../../src/model/snapshot/namespace-types.ts';
import { missing } from '../tiers.ts';
import { main, runNscope } from './run-nscope.ts';

const lacks = missing({ commands: ['unshare', 'bash', 'script'] });
const allowed = lacks || spawnSync('unshare', ['-Ur', 'true']).status === 0;
const skip = lacks || (!allowed && 'needs user namespaces for ordinary users (unshare -Ur)');

const title = '\\e]0;owned\\a\\xff';
let outer: ChildProcess | undefined;
/** unshare, the shell that it became, and the innermost process, by their PIDs here. */
let chain: number[] = [];

before(async () => {
  if (skip) return;
  const inner = `exec -a $'${title}' sleep 300`;
  const nested = `unshare -pf bash -c ${JSON.stringify(inner)}`;
  outer = spawn('unshare', ['-Urmpfinu', '--mount-proc', '-C', 'bash', '-c', `${nested}; true`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (let tries = 0; chain.length < 4 && tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    chain = readChain(outer.pid ?? 0);
  }
  assert.equal(readCommand(chain.at(-1) ?? 0), '\x1b]0;owned\x07\xff', `the chain of processes is ${chain.join(' ')}`);
});

after(async () => {
  if (!outer) return;
  const ended = new Promise((resolve) => outer?.once('exit', resolve));
  // The init of the pid namespace takes all in it along.
  process.kill(chain[1] ?? 0, 'SIGKILL');
  await ended;
});

/** A process and its first child, that one's first child, and so on: only once the last has become what it will be. */
function readChain(pid: number): number[] {
  const pids = [pid];
  for (let next: number | undefined = pid; next; ) {
    next = Number(readFileSync(`/proc/${next}/task/${next}/children`, 'latin1').split(' ')[0]) || undefined;
    if (next) pids.push(next);
  }
  return pids.length === 4 && readCommand(pids.at(-1) ?? 0).startsWith('\x1b') ? pids : [];
}

function readCommand(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')[0] ?? '';
}

function run(...words: string[]) {
  const outcome = runNscope(words);
  assert.equal(outcome.status, 0, outcome.stderr);
  return outcome;
}

function inodeOf(pid: number, link: string): number {
  return statSync(`/proc/${pid}/ns/${link}`).ino;
}

test('tree shows the border where the kernel has it, with the inode numbers of the links.', { skip }, () => {
  const [top = 0, init = 0, nested = 0, leaf = 0] = chain;
  const { lines } = run('tree', String(top), '--no-header');
  const border = (pid: number) => {
    const at = lines.findIndex((line) => line.trimStart().startsWith(`${pid} `));
    assert.ok(at >= 0, `${pid} in ${lines.join('\n')}`);
    return lines[at - 1] ?? '';
  };
  assert.ok(border(init).includes(`╪═ pid:[${inodeOf(init, 'pid')}]`), lines.join('\n'));
  assert.ok(border(leaf).includes(`╪═ pid:[${inodeOf(leaf, 'pid')}]`), lines.join('\n'));
  for (const type of ['user', 'net', 'ipc', 'uts', 'cgroup'])
    assert.ok(border(top).includes(`${type}:[${inodeOf(top, type)}]`), border(top));
  assert.doesNotMatch(border(nested), /╪|══/);
  assert.ok(lines.at(-1)?.endsWith('└─\\e]0;owned\\x07\\xff 300'), lines.at(-1));
});

test('pid tells every PID that the kernel tells, and finds the process again by each.', { skip }, () => {
  const [, init = 0, , leaf = 0] = chain;
  const kernel = /^NSpid:\s+(.*)$/m
    .exec(readFileSync(`/proc/${leaf}/status`, 'latin1'))?.[1]
    ?.split(/\s+/)
    .map(Number);
  const { pids } = JSON.parse(run('pid', String(leaf), '--json').stdout) as {
    pids: { pid: number; namespace: number }[];
  };
  assert.deepEqual(
    pids.map(({ pid }) => pid),
    kernel,
  );
  assert.ok(pids.length >= 3);
  assert.deepEqual(
    pids.slice(-2).map(({ namespace }) => namespace),
    [inodeOf(init, 'pid'), inodeOf(leaf, 'pid')],
  );
  assert.equal(run('pid', '1', '--in', String(leaf)).stdout, `${leaf}\n`);
  assert.equal(run('pid', '1', '--in', `pid:[${inodeOf(init, 'pid')}]`).stdout, `${init}\n`);
  assert.equal(run('pid', String(pids.at(-2)?.pid), '--in', `/proc/${init}/ns/pid`).stdout, `${leaf}\n`);
});

test('show leads to the same namespace by each notation, and has its id map.', { skip }, () => {
  const [top = 0] = chain;
  const inode = inodeOf(top, 'user');
  for (const target of [`user:[${inode}]`, String(inode), `user:${top}`, `/proc/${top}/ns/user`]) {
    const { lines } = run('show', target);
    assert.equal(lines[0], `user:[${inode}]`);
    const map = lines.find((line) => line.startsWith('  uid map '));
    assert.equal(map?.replace(/ +/g, ' '), ` uid map 0 inside is ${process.geteuid?.()} outside`, lines.join('\n'));
  }
});

test('Inside a pid namespace PID 1 is told to be its init, and not that of the host.', { skip }, () => {
  const inside = ['-Urmpf', '--mount-proc', 'bash', '-c', '"$0" "$1" holders mnt:self; true', process.execPath, main];
  const { stdout, stderr } = spawnSync('unshare', inside, { encoding: 'utf8', timeout: 120_000 });
  assert.match(stdout, /^process +1 +bash/m, stderr);
  assert.match(
    stdout,
    /^to release process 1: the init of the pid namespace that \/proc shows: it is ended from outside alone$/m,
  );
  assert.doesNotMatch(stdout, /init of this host/);
});

test('show of a process has the inode numbers of all its links.', { skip }, () => {
  const leaf = chain.at(-1) ?? 0;
  const { stdout } = run('show', String(leaf));
  const links = readdirSync(`/proc/${leaf}/ns`);
  assert.ok(links.length >= 8);
  for (const link of links) assert.ok(stdout.includes(readlinkSync(`/proc/${leaf}/ns/${link}`)), `${link}\n${stdout}`);
  assert.match(stdout, /command +\\e\]0;owned\\x07\\xff 300/);
});

test('ps of a namespace lists the processes that the links of /proc put into it.', { skip }, () => {
  const [, init = 0, nested = 0, leaf = 0] = chain;
  const { processes } = JSON.parse(run('ps', `pid:[${inodeOf(init, 'pid')}]`, '--json').stdout) as {
    processes: { pid: number; namespaces: Record<string, number> }[];
  };
  assert.deepEqual(
    processes.map(({ pid }) => pid),
    [init, nested],
  );
  assert.ok(!processes.some(({ pid }) => pid === leaf));
  for (const { pid, namespaces } of processes)
    for (const type of namespaceTypes) assert.equal(namespaces[type], inodeOf(pid, type));
});

test('On a terminal of 80 columns no line of any verb is wider, and none acts on it.', { skip }, () => {
  const [top = 0, , , leaf = 0] = chain;
  for (const words of [
    ['tree', String(top)],
    ['ps', `user:${top}`],
    ['show', String(leaf)],
    ['show', `pid:${leaf}`],
  ]) {
    const command = `stty cols 80 rows 40; NO_COLOR=1 ${process.execPath} ${main} ${words.join(' ')} 2>/dev/null`;
    const { stdout, status } = spawnSync('script', ['-qec', command, '/dev/null'], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.equal(status, 0, stdout);
    const lines = stdout.split('\r\n').slice(0, -1);
    assert.ok(lines.length > 3, stdout);
    for (const line of lines) {
      assert.ok([...line].length <= 80, `${[...line].length}: ${line}`);
      assert.doesNotMatch(line, /\p{Cc}/u);
    }
  }
});

test('On a terminal of 80 columns remarks are broken between words.', { skip }, () => {
  for (const words of [['ls'], ['ls', '--filter', 'nothing']]) {
    const command = `stty cols 80 rows 40; ${process.execPath} ${main} ${words.join(' ')} >/dev/null`;
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8', timeout: 60_000 });
    const lines = stdout.split('\r\n').slice(0, -1);
    assert.ok(lines.length > 1, stdout);
    assert.ok(
      lines.some((line) => line.startsWith('  ') && !line.includes('^')),
      stdout,
    );
    for (const line of lines) assert.ok([...line].length <= 80, line);
    // Whole again they have no word that was cut.
    const whole = spawnSync(process.execPath, [main, ...words], { encoding: 'utf8', timeout: 60_000 }).stderr;
    const known = new Set(whole.split(/\s+/));
    const cut = lines
      .flatMap((line) => line.trim().split(/\s+/))
      .filter((word) => !known.has(word) && !/^\d+$/.test(word));
    assert.deepEqual(cut, []);
  }
});
