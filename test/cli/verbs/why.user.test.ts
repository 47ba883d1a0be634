// nscope why as an ordinary user: each gate that such a user can close is closed, and named.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { test } from 'node:test';
import type { GateFinding } from '../../../src/analysis/refusals/explain.ts';
import { compile } from '../../fixtures/compile.ts';
import { missing } from '../../tiers.ts';
import { main, runNscope } from '../run-nscope.ts';

const skip = missing({ unprivileged: true, commands: ['unshare', 'setpriv', 'mount', 'chroot', 'python3'] });
const nscope = [process.execPath, main, 'why', '--json'];

interface Refusal {
  readonly way?: string;
  readonly refused: { readonly call: string; readonly errno: string; readonly types: readonly string[] };
  readonly findings: readonly GateFinding[];
}

interface Answer {
  readonly verdicts: readonly { readonly what: string; readonly way: string | null; readonly refusals: Refusal[] }[];
  readonly refusals: readonly (Refusal & { readonly comm: string })[];
  readonly entries: readonly {
    readonly namespace: { readonly type: string; readonly inode: number | null };
    readonly verdict: string;
    readonly findings: readonly GateFinding[];
  }[];
  readonly command: { readonly end: unknown };
  readonly notes: readonly string[];
}

function ask(words: readonly string[]): Answer & { readonly status: number | null } {
  const [program = '', ...rest] = words;
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8', timeout: 60_000 });
  assert.match(stdout, /^\{/, stderr);
  return { ...(JSON.parse(stdout) as Answer), status };
}

/** Behind a shell that prepares the place first. */
function askAfter(around: readonly string[], script: string, words: readonly string[]): ReturnType<typeof ask> {
  return ask([...around, 'sh', '-c', `${script}; exec "$@"`, 'sh', ...nscope, ...words]);
}

function verdictOf({ verdicts }: Answer, what: string) {
  const found = verdicts.find((verdict) => verdict.what === what);
  assert.ok(found, what);
  return found;
}

function gatesOf(refusal: Refusal | undefined): (readonly [string, string])[] {
  return (refusal?.findings ?? []).map(({ gate, certainty }) => [gate, certainty]);
}

test('A user without privilege makes each type in a user namespace, and directly lacks a capability.', { skip }, () => {
  const answer = ask(nscope);
  assert.equal(answer.status, 0);
  assert.deepEqual(
    answer.verdicts.map(({ what }) => what),
    ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts', 'maps', 'proc'],
  );
  assert.equal(verdictOf(answer, 'user').way, 'directly');
  const net = verdictOf(answer, 'net');
  assert.equal(net.way, 'in a user namespace');
  assert.deepEqual(gatesOf(net.refusals[0]), [['capability', 'certain']]);
  assert.match(net.refusals[0]?.findings[0]?.fix.command ?? '', /^unshare --user --map-root-user --net /);
});

test('--type asks for one, and what sandboxes do next is tried with user alone.', { skip }, () => {
  const answer = ask([...nscope, '--type', 'net,uts']);
  assert.deepEqual(
    answer.verdicts.map(({ what }) => what),
    ['net', 'uts'],
  );
});

test('A limit of 0 is told from one that is full, and from one further outside.', { skip }, () => {
  const none = askAfter(['unshare', '-Ur'], 'echo 0 >/proc/sys/user/max_user_namespaces', ['--type', 'user']);
  assert.equal(none.status, 1);
  const [none0] = verdictOf(none, 'user').refusals;
  assert.deepEqual(gatesOf(none0), [['limit', 'certain']]);
  assert.match(
    none0?.findings[0]?.evidence.join() ?? '',
    /^user\.max_user_namespaces is 0 in user:\[\d+\],0 user namespaces/,
  );
  const full = askAfter(['unshare', '-Urn'], 'echo 1 >/proc/sys/user/max_net_namespaces', ['--type', 'net']);
  const [full0] = verdictOf(full, 'net').refusals;
  assert.deepEqual(gatesOf(full0), [['limit', 'certain']]);
  assert.match(
    full0?.findings[0]?.evidence.join('; ') ?? '',
    / is 1 in user:\[\d+\]; 1 net namespaces in it and below/,
  );
  assert.match(full0?.findings[0]?.meaning ?? '', /^uid 0 has as many net namespaces/);
  const script = 'echo 1 >/proc/sys/user/max_net_namespaces';
  const above = ask(['unshare', '-Ur', 'sh', '-c', `${script}; exec unshare -Urn "$@"`, 'sh', ...nscope, '-t', 'net']);
  const [above0] = verdictOf(above, 'net').refusals;
  assert.deepEqual(gatesOf(above0), [['limit', 'certain']]);
  assert.match(above0?.findings[0]?.meaning ?? '', /a user namespace above it is reached/);
});

test('Where the depth or a limit outside may have refused, both are likely and none is certain.', { skip }, () => {
  const wrap = Array.from({ length: 33 }, () => ['unshare', '-Ur']).flat();
  const answer = ask([...wrap, ...nscope, '--type', 'user']);
  assert.deepEqual(gatesOf(verdictOf(answer, 'user').refusals[0]), [
    ['depth', 'likely'],
    ['limit', 'likely'],
  ]);
});

test('Whoever has no id in the user namespace is told so, and nothing of a capability.', { skip }, () => {
  const answer = ask(['unshare', '-U', ...nscope, '--type', 'user']);
  assert.equal(answer.status, 1);
  const [refusal] = verdictOf(answer, 'user').refusals;
  assert.deepEqual(gatesOf(refusal), [['id-map', 'certain']]);
  assert.match(refusal?.findings[0]?.evidence.join() ?? '', /uid_map is empty/);
});

/** unshare(2) and clone(2) by architecture. */
const unshareNumber = process.arch === 'arm64' ? 97 : 272;

test('A seccomp filter is known by an answer that the kernel itself never gives.', { skip }, () => {
  const deny = compile('test/fixtures/deny-calls.c');
  for (const errno of ['EPERM', 'ENOSYS'] as const) {
    const words = [deny, String(constants.errno[errno]), String(unshareNumber), ...nscope, '--type', 'user,net'];
    const answer = ask(words);
    assert.equal(answer.status, 1);
    for (const what of ['user', 'net']) {
      const [refusal] = verdictOf(answer, what).refusals;
      assert.equal(refusal?.refused.errno, errno);
      assert.equal(gatesOf(refusal)[0]?.join(), 'seccomp,certain');
      assert.match(refusal?.findings[0]?.evidence.join() ?? '', new RegExp(`CLONE_SETTLS\\) answered ${errno}`));
    }
  }
});

test('A filter that lets unshare pass is not blamed for what a limit refuses.', { skip }, () => {
  const deny = compile('test/fixtures/deny-calls.c');
  const place = ['unshare', '-Ur', deny, '1', '4000'];
  const answer = askAfter(['unshare', '-Ur'], 'echo 0 >/proc/sys/user/max_user_namespaces', ['-t', 'user']);
  assert.equal(gatesOf(verdictOf(answer, 'user').refusals[0])[0]?.[0], 'limit');
  const within = ask([...place, ...nscope, '--type', 'user']);
  assert.equal(within.status, 0, JSON.stringify(within.verdicts));
});

/** A directory that is no mount, with all that is at the root mounted in it. */
const chroot = `t=$(mktemp -d) || exit 9; mount -t tmpfs none "$t"; mkdir "$t/root"; for d in /*; do
  if [ -L "$d" ]; then cp -P "$d" "$t/root$d"; elif [ -d "$d" ]; then mkdir "$t/root$d"; mount --rbind "$d" "$t/root$d"; fi
done; cd "$PWD"; exec chroot "$t/root" sh -c 'cd "$0"; exec "$@"' "$PWD" "$@"`;

test('In a chroot no user namespace can be made, and it is said that this is why.', { skip }, () => {
  const answer = ask(['unshare', '-Urm', 'sh', '-c', chroot, 'sh', ...nscope, '--type', 'user']);
  assert.equal(answer.status, 1);
  const [refusal] = verdictOf(answer, 'user').refusals;
  assert.deepEqual(gatesOf(refusal), [['chroot', 'certain']]);
  const evidence = refusal?.findings[0]?.evidence.join('; ') ?? '';
  assert.match(evidence, /no mount at \/.*; from the root of the mount namespace .* is carried out$/);
});

test('A covered /proc refuses a new one, and what covers it is named.', { skip }, () => {
  const place = ['unshare', '-Urmpf', '--mount-proc'];
  const answer = askAfter(place, 'mount --bind /dev/null /proc/cmdline', ['--type', 'user']);
  assert.equal(answer.status, 1);
  assert.equal(verdictOf(answer, 'maps').way, 'in a user namespace');
  const [refusal] = verdictOf(answer, 'proc').refusals;
  assert.deepEqual(gatesOf(refusal), [['masked', 'certain']]);
  assert.match(refusal?.findings[0]?.evidence.join() ?? '', /\/proc is covered by mounts on \/proc\/cmdline/);
});

test('Calls of a command are seen with their gates: a pid namespace of others, locked mounts, setgroups.', {
  skip,
}, () => {
  const script = 'mount -t proc proc /proc; umount /dev/shm; mount -t tmpfs none /proc/sys/fs; true';
  const answer = ask([...nscope, '--', 'unshare', '-Urm', 'sh', '-c', script]);
  assert.equal(answer.status, 1);
  assert.deepEqual(answer.command.end, { status: 0 });
  const seen = answer.refusals.map(({ comm, refused, findings }) => [comm, refused.call, findings[0]?.gate]);
  assert.deepEqual(seen, [
    ['mount', 'mount', 'capability'],
    ['umount', 'umount2', 'locked-mount'],
  ]);
  assert.match(answer.refusals[0]?.findings[0]?.evidence.join() ?? '', /its pid namespace belongs to/);
  const groups = ask([...nscope, '--', 'unshare', '-Ur', 'setpriv', '--clear-groups', 'true']);
  assert.deepEqual(
    groups.refusals.map(({ refused, findings }) => [refused.call, findings[0]?.gate]),
    [['setgroups', 'setgroups']],
  );
});

test('Of a map of ids it is said who may write what.', { skip }, () => {
  const script = 'echo "0 0 2" >/proc/self/uid_map; echo "0 65534 1" >/proc/self/gid_map';
  const answer = ask([...nscope, '--', 'unshare', '-U', 'sh', '-c', script]);
  const seen = answer.refusals.map(({ refused, findings }) => [refused.call, findings[0]?.gate]);
  assert.deepEqual(seen, [
    ['write', 'id-map'],
    ['write', 'setgroups'],
  ]);
});

test('How deep user namespaces are nested is counted from outside.', { skip }, () => {
  const wrap = Array.from({ length: 34 }, () => ['unshare', '-Ur']).flat();
  const answer = ask([...nscope, '--', ...wrap, 'true']);
  assert.equal(answer.status, 1);
  assert.deepEqual(gatesOf(answer.refusals[0]), [['depth', 'certain']]);
  assert.equal(answer.refusals.length, 1);
});

test('A call that a filter of the command itself refuses is seen, and the filter is likely.', { skip }, () => {
  const deny = compile('test/fixtures/deny-calls.c');
  const answer = ask([...nscope, '--', deny, '1', String(unshareNumber), 'unshare', '-U', 'true']);
  assert.deepEqual(
    answer.refusals.map(({ comm, refused: { call, types, errno } }) => [comm, call, types, errno]),
    [['unshare', 'unshare', ['user'], 'EPERM']],
  );
  assert.deepEqual(gatesOf(answer.refusals[0]), [['seccomp', 'likely']]);
});

test('A setuid program without its privileges is told of: no_new_privs, or nscope that observes it.', { skip }, () => {
  const gained = ask([...nscope, '--', 'mount', '--version']);
  assert.deepEqual(
    gained.refusals.map((refusal) => [refusal.refused.call, gatesOf(refusal)]),
    [['execve', [['observer', 'likely']]]],
  );
  const never = ask(['setpriv', '--no-new-privs', ...nscope, '--', 'mount', '--version']);
  assert.deepEqual(gatesOf(never.refusals[0]), [['no-new-privs', 'certain']]);
  assert.deepEqual([gained.status, never.status], [0, 1]);
});

test('A command that is refused nothing is status 0, whatever its own; its output goes to standard error.', {
  skip,
}, () => {
  const words = [...nscope.slice(1), '--', 'sh', '-c', 'echo out; unshare -Ur true; exit 7'];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 60_000 });
  assert.deepEqual([status, stderr], [0, 'out\n']);
  const answer = JSON.parse(stdout) as Answer;
  assert.deepEqual([answer.command.end, answer.refusals], [{ status: 7 }, []]);
  assert.match(answer.notes.join(), /the command failed all the same/);
});

test('A command that is not there, and words that do not go together, are status 2.', { skip }, () => {
  const cases = [
    { words: ['--', './no-such-command'], said: /^nscope: \.\/no-such-command: no such command/ },
    { words: ['--enter', 'self', '--', 'true'], said: /give one of the two/ },
    { words: ['--type', 'net', '--', 'true'], said: /--type is about trials/ },
    { words: ['--type', 'nett'], said: /there is no namespace type "nett"/ },
    { words: ['--'], said: /no command stands after --/ },
  ];
  for (const { words, said } of cases) {
    const { status, stderr } = spawnSync(process.execPath, [...nscope.slice(1), ...words], { encoding: 'utf8' });
    assert.deepEqual([status, said.test(stderr)], [2, true], stderr);
  }
});

test('What a command leaves running goes on when it has ended, and unobserved.', { skip }, () => {
  const script = '(sleep 1; unshare --net true; echo "later $?" >&2) 2>&3 3>&- & exit 0';
  const words = [...nscope.slice(1), '--', 'sh', '-c', `exec 3>&2; ${script}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 60_000 });
  assert.equal(status, 0, stderr);
  assert.deepEqual((JSON.parse(stdout) as Answer).refusals, []);
  assert.match(stderr, /later 1/);
});

test('What a command leaves behind may have lost its leader: it lives on, and nscope does not wait for it.', {
  skip,
}, async () => {
  const program = compile('test/fixtures/ended-leader.c');
  const zombie = `until grep -q "^State:.*Z" /proc/$!/status; do sleep 0.01; done; echo $!`;
  const words = [...nscope, '--', 'sh', '-c', `${program} </dev/null >/dev/null 2>&1 & ${zombie}`];
  const { status, stderr } = spawnSync(words[0] ?? '', words.slice(1), { encoding: 'utf8', timeout: 30_000 });
  const pid = Number(stderr);
  assert.deepEqual([status, pid > 1], [0, true], stderr);
  const [leader = '', thread = ''] = readdirSync(`/proc/${pid}/task`).map((tid) =>
    readFileSync(`/proc/${pid}/task/${tid}/status`, 'latin1'),
  );
  assert.match(leader, /^State:\tZ/m);
  assert.match(thread, /^State:\tS[\s\S]*^TracerPid:\t0$/m);
  process.kill(pid, 'SIGKILL');
});

test('A process with a second thread is told that this keeps it from making a user namespace.', { skip }, () => {
  const script = [
    'import ctypes, threading, time',
    'threading.Thread(target=time.sleep, args=(1,)).start()',
    'ctypes.CDLL(None).unshare(0x10000000)',
  ].join('; ');
  const answer = ask([...nscope, '--', 'python3', '-c', script]);
  const refused = answer.refusals.find(({ refused: { call, errno } }) => call === 'unshare' && errno === 'EINVAL');
  assert.deepEqual(gatesOf(refused), [['threads', 'certain']], JSON.stringify(answer.refusals));
  assert.deepEqual(refused?.findings[0]?.evidence, ['it has 2 threads']);
});

test('A process of another user cannot be entered, and it is said what its links demand.', { skip }, () => {
  const answer = ask([...nscope, '--enter', '1']);
  assert.equal(answer.status, 1);
  const refused = answer.entries.filter(({ verdict }) => verdict === 'refused');
  assert.equal(refused.length, 8);
  for (const { findings } of refused) assert.equal(findings[0]?.gate, 'proc-access');
});

test('What keeps a user from all namespaces of a process is said once, with their types.', { skip }, () => {
  const { status, lines } = runNscope(['why', '--enter', '1']);
  assert.equal(status, 1);
  const refused = lines.filter((line) => /^ {2}refused /.test(line)).map((line) => line.trim().split(/ {2,}/)[1]);
  assert.deepEqual(refused, ['setns(/proc/1/ns/cgroup, ipc, mnt, net, pid, time, user, uts): EACCES']);
  assert.equal(lines.filter((line) => line.includes('proc-access')).length, 1);
  assert.ok(lines.some((line) => line.trim() === 'sudo nscope enter 1'));
});

test('Of an own process each namespace is entered, or the demand is named that is not met.', { skip }, () => {
  const script =
    'unshare -Urn sleep 60 & while ! grep -q . /proc/$!/uid_map; do sleep 0.05; done; "$@" --enter $!; s=$?; kill $!; exit $s';
  const answer = ask(['sh', '-c', script, 'sh', ...nscope]);
  assert.equal(answer.status, 0, JSON.stringify(answer.entries));
  const found = new Map(answer.entries.map(({ namespace: { type }, verdict }) => [type, verdict]));
  assert.deepEqual([found.get('net'), found.get('user')], ['through its owner', 'directly']);
  assert.equal(found.get('mnt'), 'already in it');
  // From inside, what belongs to a user namespace above.
  const within = ask(['unshare', '-Ur', '-n', ...nscope, '--enter', String(process.pid), '--type', 'net,user']);
  assert.equal(within.status, 1);
  for (const { findings } of within.entries) assert.ok(findings.length > 0);
});
