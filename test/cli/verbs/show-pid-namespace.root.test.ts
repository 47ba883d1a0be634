// nscope show of pid namespaces: what reaches an init, zombies, /proc, and what is dead.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { hold, readLinksOf, readOnlyChild, waitForName } from '../../held-process.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { waitForEnd } from '../../launch/nscope-run.ts';
import { waitUntil } from '../../marked-processes.ts';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';

const skip = missing({ root: true, commands: ['unshare'] });

interface Life {
  readonly state: string;
  readonly init?: {
    readonly pid: number;
    readonly signals: { readonly handled: readonly number[]; readonly ignored: readonly number[] };
    readonly procShows: number;
  };
  readonly zombies: readonly { readonly pid: number; readonly ppid: number }[];
  readonly holders: readonly { readonly kind: string; readonly pid?: number; readonly path?: string }[];
}

/** What the page says by its labels, and the same in JSON. */
function show(inode: number): { readonly page: ReadonlyMap<string, string>; readonly life: Life } {
  const target = `pid:[${inode}]`;
  const { stdout, stderr } = runNscope(['show', target]);
  const rows = [...stdout.matchAll(/^ {2}(\S.*?) {2,}(.+)$/gm)];
  assert.ok(rows.length > 0, stderr);
  const json = JSON.parse(runNscope(['show', target, '--json']).stdout) as { namespaces: [{ life: Life }] };
  return { page: new Map(rows.map(([, label = '', text = '']) => [label, text])), life: json.namespaces[0].life };
}

const term = 15;

test('What reaches the init of a pid namespace from inside and from outside, and that its /proc is its own.', {
  skip,
}, async () => {
  const script = 'trap : TERM; trap "" USR1; echo; while :; do sleep 1000 & wait; done';
  const held = await hold('unshare', ['-pf', '--mount-proc', 'sh', '-c', script]);
  try {
    const init = readOnlyChild(held.pid);
    const inode = readLinksOf(init).pid;
    const { page, life } = show(inode);
    assert.equal(page.get('state'), 'it has its init');
    assert.match(page.get('from inside') ?? '', /\bSIGTERM\b/);
    assert.doesNotMatch(page.get('from inside') ?? '', /SIGUSR1|SIGKILL|SIGHUP/);
    assert.match(page.get('from outside') ?? '', /^the same, and SIGKILL and SIGSTOP/);
    assert.match(page.get('it ignores') ?? '', /\bSIGUSR1\b/);
    assert.equal(page.get('zombies'), 'none');
    assert.equal(page.get('/proc'), 'that of its init shows this namespace');
    assert.equal(life.state, 'alive');
    assert.equal(life.init?.pid, init);
    assert.equal(life.init.procShows, inode);
    assert.ok(life.init.signals.handled.includes(term));
  } finally {
    await held.end();
  }
});

test('An init that handles nothing and does not reap, with the /proc of the host.', { skip }, async () => {
  const held = await hold('unshare', ['-pf', 'sh', '-c', '(sleep 1000 & true); echo; exec sleep 1000']);
  try {
    const init = readOnlyChild(held.pid);
    // Until then it is a shell, which reaps.
    await waitForName(init, 'sleep');
    const orphan = readOnlyChild(init);
    await waitForName(orphan, 'sleep');
    process.kill(orphan, 'SIGKILL');
    await waitForEnd(orphan);
    const { page, life } = show(readLinksOf(init).pid);
    assert.equal(page.get('from inside'), 'none: it handles no signal');
    assert.match(page.get('from outside') ?? '', /^SIGKILL and SIGSTOP/);
    assert.match(page.get('zombies') ?? '', new RegExp(`^${orphan} +sleep +not waited for by ${init} sleep 1000`));
    assert.match(page.get('/proc') ?? '', /^that of its init shows pid:\[\d+\]: ps in there lists/);
    assert.deepEqual(life.zombies, [{ pid: orphan, ppid: init }]);
  } finally {
    await held.end();
  }
});

test('A pid namespace whose init has ended is dead, and what pins it is listed.', { skip }, async () => {
  const held = await hold('unshare', ['-pf', 'sh', '-c', 'echo; exec sleep 1000']);
  const init = readOnlyChild(held.pid);
  const inode = readLinksOf(init).pid;
  const pin = await hold('sh', ['-c', `exec 3</proc/${init}/ns/pid; echo; exec sleep 1000`]);
  try {
    // Its parent lives and waits for it: a zombie would be one of those that pin it.
    process.kill(init, 'SIGKILL');
    await waitUntil('its parent has waited for it', () => !existsSync(`/proc/${init}`));
    const { page, life } = show(inode);
    // From Linux 6.11 on a descriptor may also lead to one that was not born yet; from 6.18 on the kernel tells.
    const isTold = !isLinuxSince(6, 11) || isLinuxSince(6, 18);
    assert.match(page.get('state') ?? '', isTold ? /^dead: its init has ended/ : /^it has no init: .* or has ended/);
    assert.match(page.get('pinned by') ?? '', new RegExp(`^fd +${pin.pid} +sleep 1000 +release: kill ${pin.pid}$`));
    assert.equal(life.state, isTold ? 'dead' : 'no-init');
    assert.deepEqual(
      life.holders.map(({ kind, pid }) => [kind, pid]),
      [['fd', pin.pid]],
    );
  } finally {
    await held.end();
    await pin.end();
  }
});
