// Scenes of recipes that an ordinary user can make: processes in namespaces below a user namespace of their own.
import assert from 'node:assert/strict';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readChildren, readLinksOf, waitForName } from '../held-process.ts';
import { waitUntil } from '../marked-processes.ts';
import type { Kitchen, Scene } from './kitchen.ts';

const needs = { commands: ['unshare'] };
const contained = ['unshare', '-Urpf', '--mount-proc'];

/** A process that is the first in its pid namespace, and alone in it. @returns its PID here */
async function contain(kitchen: Kitchen): Promise<number> {
  const { pid } = await kitchen.keep('echo ready; exec unshare -Urnpf --mount-proc sleep 600');
  return waitForSleeper(pid);
}

/** The same below a program that is called as a sandbox is. */
async function sandbox(kitchen: Kitchen): Promise<number> {
  symlinkSync('/bin/sh', join(kitchen.directory, 'bin/bwrap'));
  const { line } = await kitchen.keep(`exec bwrap -c 'unshare -Urmpf sleep 600 & echo $!; wait' bwrap --unshare-all`);
  return waitForSleeper(Number(line));
}

async function waitForSleeper(parent: number): Promise<number> {
  const read = () => readChildren(parent)[0];
  await waitUntil(`process ${parent} has a child`, () => read() !== undefined);
  const child = read() ?? 0;
  await waitForName(child, 'sleep');
  return child;
}

const hasWords = (...words: (string | number)[]) => new RegExp(`^ *${words.join(' +')}`);

function assertRow(rows: readonly string[], pattern: RegExp, stderr = ''): void {
  assert.ok(
    rows.some((row) => pattern.test(row)),
    `no ${pattern} in\n${rows.join('\n')}\n${stderr}`,
  );
}

export const userScenes: ReadonlyMap<string, Scene> = new Map<string, Scene>([
  [
    'Which container is this PID in?',
    {
      needs,
      perform: async (kitchen) => {
        const pid = await sandbox(kitchen);
        const { rows, stderr } = kitchen.run({ 5426: pid });
        assert.equal(rows.length, 1, stderr);
        assertRow(rows, hasWords(pid, '~?bubblewrap:'));
      },
    },
  ],
  [
    'Which containers run here, without asking an engine?',
    {
      needs,
      perform: async (kitchen) => {
        await sandbox(kitchen);
        const { rows, stderr } = kitchen.run();
        assertRow(rows, /^~bubblewrap:\S+ +sandbox +\S+ +2 +\d+ +mnt pid user\b/, stderr);
      },
    },
  ],
  [
    'What is the PID inside, and what is it outside?',
    {
      needs,
      perform: async (kitchen) => {
        const pid = await contain(kitchen);
        const { rows, stderr } = kitchen.run({ 5426: pid });
        assertRow(rows, hasWords(pid, 'pid:\\[\\d+\\]'), stderr);
        assertRow(rows, hasWords(1, `pid:\\[${readLinksOf(pid).pid}\\]`));
        assert.equal(rows.at(-1), String(pid), 'what is 1 inside');
      },
    },
  ],
  [
    'Is it isolated from the host, type by type?',
    {
      needs,
      perform: async (kitchen) => {
        const pid = await contain(kitchen);
        const { rows, stderr } = kitchen.run({ 5722: pid });
        assert.equal(rows.length, 8, stderr);
        const links = readLinksOf(pid);
        for (const type of ['net', 'pid', 'user'] as const) assertRow(rows, hasWords(type, links[type], '~?no'));
        for (const type of ['ipc', 'uts'] as const) assertRow(rows, hasWords(type, links[type], '~?(?:yes|\\?)'));
      },
    },
  ],
  [
    'Am I in a container, and how certain is that?',
    {
      needs,
      perform: (kitchen) => {
        const { rows, status, stderr } = kitchen.run({}, contained);
        assert.equal(status, 0, stderr);
        assertRow(rows, hasWords('pid', '\\d+', 'child', 'certain'));
        assert.equal(rows.at(-1), 'contained');
        const { stdout } = kitchen.run({}, ['unshare', '-Ur']);
        assert.doesNotMatch(stdout, / child +certain.*\n/, 'outside of one it does not say so');
      },
    },
  ],
  [
    'Who shares my pid namespace?',
    {
      needs,
      perform: (kitchen) => {
        const { rows, stderr } = kitchen.run({}, [...contained, 'sh', '-c', 'sleep 60 & "$@"; exit', 'sh']);
        assertRow(rows, hasWords(1, 'root', 'sh'), stderr);
        assertRow(rows, hasWords('\\d+', 'root', 'sleep 60'));
        assert.ok(rows.length <= 5, 'nobody from outside');
      },
    },
  ],
  [
    'What does a container see from inside?',
    {
      needs,
      perform: async (kitchen) => {
        const pid = await contain(kitchen);
        const { rows, stderr } = kitchen.run({ 32724: pid });
        const links = readLinksOf(pid);
        assertRow(rows, hasWords('pid', links.pid, '\\d+', 1, 'root', links.user, 'sleep 600'), stderr);
        assertRow(rows, hasWords('user', links.user, '\\d+', 1, 'root', '\\?'));
        assert.equal(rows.length, 2, 'what no process inside is in is not seen');
      },
    },
  ],
  [
    'Who made this namespace?',
    {
      needs,
      perform: async (kitchen) => {
        const pid = await contain(kitchen);
        const { rows, stderr } = kitchen.run({ 32724: pid });
        const { net, user } = readLinksOf(pid);
        assertRow(rows, hasWords('net', net, user, process.geteuid?.() ?? -1, 'unshare'), stderr);
        assertRow(rows, hasWords('user', user, readLinksOf(process.pid).user, process.geteuid?.() ?? -1, 'unshare'));
      },
    },
  ],
  [
    'How many namespaces has each user?',
    {
      needs,
      perform: async (kitchen) => {
        await contain(kitchen);
        const { stdout, stderr } = kitchen.run();
        const own = new RegExp(`^ *\\d+ +${process.geteuid?.()} +(?:net|pid|mnt|user)$`);
        const types = stdout.split('\n').filter((line) => own.test(line));
        assert.equal(types.length, 4, `${stdout}${stderr}`);
      },
    },
  ],
  [
    'What did a deploy or a test suite leave?',
    {
      needs,
      perform: (kitchen) => {
        const said = join(kitchen.directory, 'said');
        const left = `unshare -U sh -c 'echo $$ >said; exec sleep 600' >/dev/null 2>&1 &`;
        kitchen.writeProgram('deploy', `${left} until [ -s said ]; do sleep 0.1; done`);
        try {
          const { stdout, status, stderr } = kitchen.run();
          assert.equal(status, 1, stderr);
          assert.match(stdout, /^\+ came {5}user:\[\d+\] {2}1 process, \d+ sleep 600$/m);
        } finally {
          process.kill(Number(readFileSync(said, 'utf8')), 'SIGKILL');
        }
      },
    },
  ],
  [
    'How does a build fail when its tests leave something?',
    {
      needs,
      perform: (kitchen) => {
        const said = join(kitchen.directory, 'said');
        const left = `setsid unshare -U sh -c 'echo $$ >said; exec sleep 600' >/dev/null 2>&1 &`;
        kitchen.writeProgram('suite', `${left} until [ -s said ]; do sleep 0.1; done`);
        const { stdout, status, stderr } = kitchen.run();
        const pid = Number(readFileSync(said, 'utf8'));
        process.kill(pid, 'SIGKILL');
        assert.deepEqual([status, stdout], [1, ''], stderr);
        assertRow(stderr.split('\n'), new RegExp(`^leak: process ${pid} is still running: sleep 600$`));
        assertRow(stderr.split('\n'), /^leak: user:\[\d+\] is still there$/);
        assertRow(stderr.split('\n'), /^nscope: left behind: 1 process, 1 namespace/);
      },
    },
  ],
]);
