// nscope why with real programs: sandboxes inside containers, rootless podman, Chromium, and entering containers.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { GateFinding } from '../../../src/analysis/refusals/explain.ts';
import { startDocker } from '../../engines/docker.ts';
import { watchLeftCgroups } from '../../engines/left-cgroups.ts';
import { podmanOfUser } from '../../engines/podman.ts';
import { asNobody } from '../../kernel/detect/settings.ts';
import { findCommand, missing } from '../../tiers.ts';
import { main } from '../run-nscope.ts';
import { prepareEngines } from './detect-engines.ts';

after(watchLeftCgroups());

const why = [process.execPath, main, 'why', '--json'];
/** As the sandboxes of AI agents are: nothing of the outside but files, and a /proc of its own. */
const agent = ['bwrap', '--unshare-all', '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', '/usr/bin/true'];

interface Refused {
  readonly comm?: string;
  readonly verdict?: string;
  readonly refused: { readonly call: string; readonly errno: string; readonly fsType?: string };
  readonly findings: readonly GateFinding[];
}

interface Answer {
  readonly verdicts: readonly { readonly what: string; readonly refusals: readonly Refused[] }[];
  readonly refusals: readonly Refused[];
  readonly entries: readonly (Refused & { readonly namespace: { readonly type: string } })[];
  readonly command: { readonly end: { readonly status?: number } };
  readonly notes: readonly string[];
}

function ask([program = '', ...rest]: readonly string[], env = process.env): Answer & { status: number | null } {
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8', timeout: 100_000, env, cwd: '/' });
  assert.match(stdout, /^\{/, stderr);
  return { ...(JSON.parse(stdout) as Answer), status };
}

/** `comm call errno gate certainty` of each refused call, the first gate alone. */
function say({ refusals }: Answer): string[] {
  return refusals.map(({ comm, refused: { call, errno }, findings: [first] }) =>
    [comm, call, errno, first?.gate, first?.certainty].join(' '),
  );
}

/** Chromium, which prints a page and ends. */
function browse(home: string): string[] {
  const quiet = ['--headless=new', '--disable-gpu', '--no-first-run', '--disable-dev-shm-usage', '--disable-sync'];
  const words = [...quiet, '--disable-setuid-sandbox', `--user-data-dir=${home}/data`, '--dump-dom', 'about:blank'];
  return ['env', `HOME=${home}`, `TMPDIR=${home}`, findCommand('chromium') ?? '', ...words];
}

test('In a container of Podman the sandbox of an agent is refused a new /proc, since parts of it are covered.', {
  skip: missing({ root: true, commands: ['podman', 'runc', 'bwrap'] }),
}, (t) => {
  const engines = prepareEngines();
  t.after(() => engines.remove());
  const podman = engines.settings.find(({ name }) => name === 'podman, ordinary user inside');
  assert.ok(podman);
  const env = { ...process.env, ...podman.environment };
  const sandbox = ask([...podman.prefix, ...why, '--', ...agent], env);
  assert.deepEqual(say(sandbox), ['bwrap mount EPERM masked certain']);
  assert.match(sandbox.refusals[0]?.findings[0]?.evidence.join('; ') ?? '', /covered by mounts on .*\/proc\/keys/);
  const { verdicts, status } = ask([...podman.prefix, ...why, '--type', 'user'], env);
  const proc = verdicts.find(({ what }) => what === 'proc')?.refusals[0];
  assert.deepEqual([status, proc?.findings[0]?.gate, proc?.findings[0]?.certainty], [1, 'masked', 'certain']);
});

test('In a container of Docker its profile of seccomp answers clone(2); without it /proc is covered.', {
  skip: missing({ root: true, commands: ['dockerd', 'docker', 'containerd', 'busybox', 'tar', 'bwrap', 'chromium'] }),
}, async (t) => {
  const docker = await startDocker(t);
  const checkout = fileURLToPath(new URL('../../../../..', import.meta.url)).replace(/\/$/, '');
  const shared = [
    '/etc/chromium.d:/etc/chromium.d',
    '/usr:/usr',
    '/usr/lib:/lib',
    '/usr/lib64:/lib64',
    `${checkout}:${checkout}`,
  ];
  const node = dirname(process.execPath);
  if (!node.startsWith('/usr/')) shared.push(`${node}:${node}`);
  const run = [
    'docker',
    '-H',
    `unix://${docker.socket}`,
    'run',
    '--rm',
    '--network',
    'none',
    '-e',
    'PATH=/usr/bin:/bin',
  ];
  const volumes = shared.flatMap((one) => ['-v', `${one}:ro`]);
  const inside = (...options: string[]) => [...run, ...options, ...volumes, 'bb:1', ...why];
  for (const user of ['0', '65534']) {
    const { status, ...answer } = ask([...inside('--user', user), '--', ...agent]);
    assert.equal(status, 1);
    assert.deepEqual(say(answer), ['bwrap clone EPERM seccomp certain']);
  }
  const browser = ask([...inside('--user', '65534', '--tmpfs', '/tmp'), '--', ...browse('/tmp')]);
  assert.deepEqual([say(browser), browser.status], [['chromium clone EPERM seccomp certain'], 1]);
  const open = ask([...inside('--user', '65534', '--security-opt', 'seccomp=unconfined'), '--', ...agent]);
  assert.deepEqual(say(open), ['bwrap mount EPERM masked certain']);
  const whole = ['seccomp=unconfined', 'systempaths=unconfined'].flatMap((one) => ['--security-opt', one]);
  const free = ask([...inside('--user', '65534', ...whole), '--', ...agent]);
  assert.deepEqual([say(free), free.command.end], [[], { status: 0 }]);

  // From outside root may enter, and an ordinary user may not even look; from inside no seccomp filter lets setns(2) pass.
  docker.run('run', '-d', '--name', 'target', '--network', 'none', 'bb:1', 'sleep', '9999');
  const pid = docker.run('inspect', '--format', '{{.State.Pid}}', 'target');
  const root = ask([...why, '--enter', pid]);
  assert.deepEqual(
    [root.status, root.entries.find(({ namespace }) => namespace.type === 'net')?.verdict],
    [0, 'directly'],
  );
  const nobody = ask([...asNobody, ...why, '--enter', pid, '--type', 'net']);
  assert.deepEqual([nobody.status, nobody.entries[0]?.findings[0]?.gate], [1, 'proc-access']);
  const within = ask([...inside('--pid', 'host', '--cap-add', 'SYS_PTRACE'), '--enter', pid, '--type', 'net']);
  assert.deepEqual([within.status, within.entries[0]?.findings[0]?.gate], [1, 'seccomp']);
});

/** All ids to themselves, in a user namespace that lets none be made below it: no other process is touched. */
const withoutUserNamespaces = [
  'sh',
  '-ec',
  `exec 3<&0
  unshare --user sh -c 'until grep -q . /proc/self/gid_map; do sleep 0.05; done; exec "$@"' sh \\
    sh -ec 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"' sh "$@" <&3 &
  while [ "$(readlink /proc/$!/ns/user)" = "$(readlink /proc/self/ns/user)" ]; do sleep 0.05; done
  for map in uid_map gid_map; do echo 0 0 65536 >/proc/$!/$map; done
  wait $!`,
  'sh',
];

test('Rootless Podman runs; without subordinate ids and with a limit of 0 it is said what refuses.', {
  skip: missing({
    root: true,
    commands: [
      'podman',
      'runc',
      'busybox',
      'tar',
      'useradd',
      'userdel',
      'usermod',
      'newuidmap',
      'setpriv',
      'pkill',
      'unshare',
    ],
  }),
}, (t) => {
  const { podman, user } = podmanOfUser(t);
  const words = podman.words('run', '--rm', '--network', 'none', 'localhost/bb:1', 'sleep', '0');
  const runs = ask([...why, '--', ...words], podman.environment);
  assert.deepEqual(runs.command.end, { status: 0 });
  assert.deepEqual(
    runs.refusals.filter(({ comm }) => comm === 'newuidmap'),
    [],
  );
  podman.run('system', 'migrate');

  for (const [file, option] of [
    ['/etc/subuid', '--del-subuids'],
    ['/etc/subgid', '--del-subgids'],
  ] as const) {
    const line = readFileSync(file, 'utf8')
      .split('\n')
      .find((one) => one.startsWith(`${user}:`));
    const [, first = 0, count = 0] = line?.split(':').map(Number) ?? [];
    const taken = spawnSync('usermod', [option, `${first}-${first + count - 1}`, user], { encoding: 'utf8' });
    assert.deepEqual([taken.status, count], [0, 65_536], taken.stderr);
  }
  const another = podman.words('run', '--rm', '--network', 'none', '--user', '5', 'localhost/bb:1', 'sleep', '0');
  const unmapped = ask([...why, '--', ...another], podman.environment);
  assert.equal(unmapped.status, 1);
  assert.deepEqual(say(unmapped).at(-1), 'runc:[2:INIT] setresuid EINVAL id-map certain');
  assert.match(
    unmapped.refusals.at(-1)?.findings[0]?.fix.how ?? '',
    /newuidmap\(1\) and newgidmap\(1\) and the ids of \/etc\/subuid/,
  );
  const limited = ask([...withoutUserNamespaces, ...why, '--', ...words], podman.environment);
  assert.equal(limited.status, 1);
  assert.deepEqual(say(limited), ['podman clone ENOSPC limit certain']);
  assert.match(limited.refusals[0]?.findings[0]?.meaning ?? '', /^user\.max_user_namespaces is 0 in /);
});

/** Of nobody. */
function makeHome(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'nscope-chromium-'));
  chownSync(home, 65534, 65534);
  t.after(() => rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  return home;
}

test('Where the sandbox of Chromium is refused its user namespace it is said by which gate.', {
  skip: missing({ root: true, commands: ['chromium', 'setpriv', 'unshare'] }),
}, (t) => {
  const nobody = [...asNobody, ...why, '--'];
  const free = ask([...why, '--', ...asNobody, ...browse(makeHome(t))]);
  assert.deepEqual([say(free), free.command.end], [[], { status: 0 }]);
  const limited = ask([...withoutUserNamespaces, ...nobody, ...browse(makeHome(t))]);
  assert.deepEqual([say(limited), limited.status], [['chromium clone ENOSPC limit certain'], 1]);
  assert.match(limited.refusals[0]?.findings[0]?.meaning ?? '', /^user\.max_user_namespaces is 0 in /);
});
