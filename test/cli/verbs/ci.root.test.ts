// What a command leaves behind is named, and what it, or somebody else, only had for a while is not: as root.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { compile } from '../../fixtures/compile.ts';
import { hold } from '../../held-process.ts';
import { isAlive, startNscope } from '../../launch/nscope-run.ts';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';
import { endAll, findOnly, leave, runCi } from './ci-runs.ts';

const skip = missing({ root: true, commands: ['ip', 'mount', 'unshare', 'nsenter', 'setsid', 'cc'] });
const mark = `nscope-ci-${process.pid}`;
let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'nscope-ci-'));
});
after(() => rmSync(directory, { recursive: true }));

function sh(script: string): void {
  const { status, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

/** uts, ipc, mnt and cgroup. */
const fourTypes = 0x04000000 | 0x08000000 | 0x00020000 | 0x02000000;

test('A thousand namespaces that a suite makes and ends are no leak.', { skip }, () => {
  const churn = compile('test/fixtures/namespace-churn.c');
  const { status, lines, answer, stderr } = runCi(['--settle', '20'], `${churn} 250 1000 200 ${fourTypes}`);
  assert.ok(lines.filter((line) => /^\d+ \d+ \d+$/.test(line)).length >= 250, stderr);
  assert.deepEqual([status, answer.leaks, answer.excused], [0, [], []]);
  assert.equal(answer.command.status, 0);
});

test('One namespace that is left among a thousand is named, with its maker’s command line and moment, and what releases it.', {
  skip,
}, () => {
  const churn = compile('test/fixtures/namespace-churn.c');
  const name = `${mark}-a`;
  const command = `${churn} 125 1000 200 ${fourTypes}; ip netns add ${name}; ${churn} 125 1000 200 ${fourTypes}; true`;
  const { status, answer } = runCi(['--settle', '5'], command);
  assert.equal(status, 1);
  assert.equal(answer.leaks.length, 1, JSON.stringify(answer.leaks));
  const left = findOnly(answer.leaks, 'namespace');
  assert.deepEqual([left.code, left.type, left.names, left.sign], ['left-namespace', 'net', [name], 'event']);
  const { making, holders } = left;
  assert.equal(making?.maker?.command, `ip netns add ${name}`);
  assert.deepEqual([making?.maker?.comm, making?.maker?.above, making?.how], ['ip', ['sh'], 'unshare']);
  assert.ok(making && answer.begunAt <= making.at && making.at <= answer.command.endedAt, making?.at);
  assert.deepEqual(
    holders.map(({ path, release }) => [path, release]),
    [[`/run/netns/${name}`, `ip netns del ${name}`]],
  );
  sh(holders[0]?.release ?? '');
  assert.equal(existsSync(`/run/netns/${name}`), false);
});

test('What was there before, and what ends in time, is no leak.', { skip }, () => {
  const name = `${mark}-b`;
  sh(`ip netns add ${name}`);
  try {
    const { status, answer } = runCi(
      ['--settle', '10'],
      `ip netns exec ${name} true; setsid unshare -n sleep 1 & true`,
    );
    assert.deepEqual([status, answer.leaks], [0, []]);
  } finally {
    sh(`ip netns del ${name}`);
  }
});

test('A command that forks away from its session and its parent is named, with the namespace that it is in.', {
  skip,
}, () => {
  const file = join(directory, 'daemon');
  const command = `(setsid unshare --uts sh -c 'echo $$ >${file}; exec sleep 60 >/dev/null 2>&1' &) ; sleep 0.5`;
  const { status, answer } = runCi(['--settle', '0.2'], command);
  const pid = Number(readFileSync(file, 'utf8'));
  try {
    assert.equal(status, 1);
    const left = findOnly(answer.leaks, 'process');
    assert.deepEqual([left.pid, left.command, left.release], [pid, 'sleep 60', `kill ${pid}`]);
    const { begunAt } = answer;
    const { endedAt } = answer.command;
    assert.ok(left.making, 'its beginning is known');
    const { at } = left.making;
    assert.ok(begunAt <= at && at <= endedAt, `${begunAt} ${at} ${endedAt}`);
    const namespace = findOnly(answer.leaks, 'namespace');
    assert.equal(namespace.type, 'uts');
    assert.equal(namespace.making?.maker?.command?.startsWith('unshare --uts sh'), true, JSON.stringify(namespace));
    sh(left.release ?? '');
  } finally {
    endAll([pid]);
  }
});

test('Without BPF a report says who was first seen in a namespace, and claims neither its maker nor a call.', {
  skip,
}, () => {
  const name = `${mark}-seen`;
  for (const source of ['process-events', 'comparison']) {
    const file = join(directory, `seen-${source}`);
    const command = `${leave(file, 'unshare --uts')}; ip netns add ${name}; sleep 0.1`;
    const options = ['--no-bpf', '--source', source, '--settle', '0.2'];
    try {
      const run = runNscope(['ci', ...options, '--', 'sh', '-c', command]);
      assert.match(run.stderr, /^leak: uts:\[\d+\] is still there\n {2}first seen .*\(process \d+ of root/m);
      assert.match(run.stderr, new RegExp(`net:\\[\\d+\\] ${name} is still there`));
      assert.doesNotMatch(run.stderr, /by (clone|unshare|call)\n/);
      assert.doesNotMatch(run.stderr, /^ +made by/m);
    } finally {
      endAll([Number(readFileSync(file, 'utf8'))]);
      sh(`ip netns del ${name}`);
    }
  }
});

test('A process that forks away into a pid namespace that was there, where its parents are others, is named.', {
  skip,
}, async () => {
  const held = await hold('unshare', ['--pid', '--fork', '--kill-child', 'sh', '-c', 'echo ready; sleep 600; true']);
  let pids: number[] = [];
  try {
    const init = Number(readFileSync(`/proc/${held.pid}/task/${held.pid}/children`, 'latin1').trim());
    const command = `nsenter -t ${init} -p sh -c 'setsid sleep 61 >/dev/null 2>&1 & true'; sleep 0.3`;
    const { status, answer } = runCi(['--settle', '0.2'], command);
    pids = answer.leaks.flatMap((left) => (left.kind === 'process' ? [left.pid] : []));
    const left = findOnly(answer.leaks, 'process');
    assert.deepEqual([status, left.command, left.sign], [1, 'sleep 61', 'descent']);
    assert.match(readFileSync(`/proc/${left.pid}/status`, 'utf8'), new RegExp(`^PPid:\t${init}$`, 'm'));
  } finally {
    endAll(pids);
    await held.end();
  }
});

test('Mounts and pins that are left are named, each with who mounted it.', { skip }, () => {
  const [pin, dir] = [join(directory, 'pin'), join(directory, 'a b')];
  writeFileSync(pin, '');
  mkdirSync(dir);
  const { status, answer } = runCi(
    ['--settle', '0.2'],
    `mount --bind /proc/self/ns/uts '${pin}'; mount -t tmpfs none '${dir}'; mount -t tmpfs none '${dir}' && umount '${dir}'`,
  );
  assert.equal(status, 1);
  assert.equal(answer.leaks.length, 2, JSON.stringify(answer.leaks));
  const [pinned, mount] = [findOnly(answer.leaks, 'pin'), findOnly(answer.leaks, 'mount')];
  assert.deepEqual([pinned.path, pinned.making?.maker?.comm], [pin, 'mount']);
  assert.match(pinned.keeps, /^uts:\[\d+\]$/);
  assert.deepEqual([mount.path, mount.fsType, mount.making?.maker?.comm], [dir, 'tmpfs', 'mount']);
  sh(`${pinned.release}; ${mount.release}`);
  assert.doesNotMatch(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(directory));
});

test('A file in /run/netns whose namespace is gone is named.', { skip }, () => {
  const path = `/run/netns/${mark}-c`;
  const { status, answer } = runCi(['--settle', '0.2'], `ip netns add ${mark}-c; umount ${path}`);
  const left = findOnly(answer.leaks, 'stale-name');
  assert.deepEqual([status, left.path, left.release], [1, path, `rm ${path}`]);
  sh(left.release ?? '');
  assert.equal(existsSync(path), false);
});

test('What somebody else makes meanwhile is told apart, and is a leak with --strict alone.', { skip }, async () => {
  for (const strict of [false, true]) {
    const running = startNscope([
      'ci',
      '--json',
      '--settle',
      '0',
      ...(strict ? ['--strict'] : []),
      '--',
      'sh',
      '-c',
      'echo run; sleep 2',
    ]);
    await running.line(/^run$/);
    const held = await hold('unshare', ['--uts', 'sh', '-c', 'echo ready; sleep 600; true']);
    try {
      const status = await running.end();
      const answer = JSON.parse(running.lines.slice(running.lines.indexOf('{')).join('\n'));
      const wanted = strict ? answer.leaks : answer.others;
      const found = wanted.filter(
        ({ making }: { making?: { maker?: { pid: number } } }) => making?.maker?.pid === held.pid,
      );
      assert.equal(found.length, 1, JSON.stringify(answer));
      assert.deepEqual([found[0].whose, found[0].type], ['others', 'uts']);
      if (strict) assert.equal(status, 1);
      else assert.deepEqual([status, answer.leaks], [0, []]);
    } finally {
      await held.end();
    }
  }
});

test('Without events that tell of makers, what has a process is the command’s, and what nobody holds is a note.', {
  skip,
}, () => {
  const [file, name] = [join(directory, 'held'), `${mark}-d`];
  const command = `(setsid unshare --uts sh -c 'echo $$ >${file}; exec sleep 62 >/dev/null 2>&1' &) ; ip netns add ${name}; sleep 0.5`;
  try {
    const { status, answer } = runCi(['--no-bpf', '--source', 'comparison', '--settle', '0.2'], command);
    assert.equal(status, 1);
    assert.equal(findOnly(answer.leaks, 'process').command, 'sleep 62');
    assert.deepEqual(
      [findOnly(answer.leaks, 'namespace').type, findOnly(answer.leaks, 'namespace').sign],
      ['uts', 'member'],
    );
    const note = answer.unknown.find((left) => left.kind === 'namespace' && left.names.includes(name));
    assert.equal(note?.whose, 'unknown');
    assert.match(answer.remarks.join('\n'), /events: comparison.*--strict/);
  } finally {
    endAll([Number(readFileSync(file, 'utf8'))]);
    sh(`ip netns del ${name}`);
  }
});

test('A signal is passed to the command, and one that comes while nscope waits for the end of things hurries it.', {
  skip,
}, async () => {
  const running = startNscope([
    'ci',
    '--settle',
    '60',
    '--',
    'sh',
    '-c',
    'trap "exit 9" TERM; sleep 63 & echo $!; wait',
  ]);
  const [line] = await running.line(/^\d+$/);
  running.kill('SIGTERM');
  // The command has ended with its status, and what it left is waited for.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.ok(isAlive(running.pid) && isAlive(Number(line)));
  running.kill('SIGTERM');
  try {
    assert.equal(await running.end(), 9);
    assert.ok(
      running.lines.some((one) => one === `leak: process ${line} is still running: sleep 63`),
      running.lines.join('\n'),
    );
  } finally {
    endAll([Number(line)]);
  }
});

test('Where nscope is killed, the command and what it started are ended.', { skip }, async () => {
  const running = startNscope(['ci', '--', 'sh', '-c', 'sleep 64 & echo $!; wait']);
  const [line] = await running.line(/^\d+$/);
  running.kill('SIGKILL');
  await running.end();
  for (
    const deadline = Date.now() + 10_000;
    isAlive(Number(line));
    await new Promise((resolve) => setTimeout(resolve, 20))
  )
    assert.ok(Date.now() < deadline, 'it is still there');
});
