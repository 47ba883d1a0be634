// Scenes of recipes that need root: named network namespaces, BPF, a mounted file system.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compile } from '../fixtures/compile.ts';
import { readLinksOf, waitForName } from '../held-process.ts';
import type { Kitchen, Scene } from './kitchen.ts';

const needs = { root: true, commands: ['ip', 'nsenter', 'setpriv', 'bash'] };
const name = `nscope-recipe-${process.pid}`;
const file = `/run/netns/${name}`;

/** A network namespace made by ip netns. @returns its inode number */
function makeNetns(kitchen: Kitchen): number {
  kitchen.clearAway('ip', 'netns', 'del', name);
  kitchen.prepare('ip', 'netns', 'add', name);
  return statSync(file).ino;
}

/** A process in it. @returns its PID */
async function populate(kitchen: Kitchen): Promise<number> {
  const { pid } = await kitchen.keep(`exec ip netns exec ${name} sh -c 'echo ready; exec sleep 600'`);
  await waitForName(pid, 'sleep');
  return pid;
}

/** A process outside that has the namespace as descriptor 4, and as 3 a socket of it. The name goes. */
async function keepByDescriptors(kitchen: Kitchen): Promise<number> {
  kitchen.prepare('ip', '-n', name, 'link', 'set', 'lo', 'up');
  const leave = `exec nsenter --net=/proc/${process.pid}/ns/net sh -c "echo ready; exec sleep 600"`;
  const open = `exec 3<>/dev/udp/127.0.0.1/53 4</proc/self/ns/net; ${leave}`;
  const { pid } = await kitchen.keep(`exec ip netns exec ${name} bash -c '${open}'`);
  await waitForName(pid, 'sleep');
  kitchen.prepare('ip', 'netns', 'del', name);
  return pid;
}

function assertRow(rows: readonly string[], pattern: RegExp, stderr = ''): void {
  assert.ok(
    rows.some((row) => pattern.test(row)),
    `no ${pattern} in\n${rows.join('\n')}\n${stderr}`,
  );
}

export const rootScenes: ReadonlyMap<string, Scene> = new Map<string, Scene>([
  [
    'Which processes are in the network namespace blue?',
    {
      needs,
      perform: async (kitchen) => {
        makeNetns(kitchen);
        const pid = await populate(kitchen);
        const { rows, stderr } = kitchen.run({ blue: name });
        assert.equal(rows.length, 1, stderr);
        assertRow(rows, new RegExp(`^ *${pid} +root +sleep 600$`));
      },
    },
  ],
  [
    'How do I enter a namespace without util-linux?',
    {
      needs,
      perform: (kitchen) => {
        const inode = makeNetns(kitchen);
        const { stdout, stderr, status } = kitchen.run({ blue: name });
        assert.deepEqual([stdout, status], [`net:[${inode}]\n`, 0], stderr);
      },
    },
  ],
  [
    'What keeps this network namespace alive, and how do I release it?',
    {
      needs,
      perform: async (kitchen) => {
        makeNetns(kitchen);
        const pid = await populate(kitchen);
        const { rows, stderr } = kitchen.run({ blue: name });
        assertRow(rows, new RegExp(`^process +${pid} .* kill ${pid}$`), stderr);
        assertRow(rows, new RegExp(`^bind-mount +- +${file} .* ip netns del ${name}$`), stderr);
        kitchen.prepare('sh', '-c', `kill ${pid}; ip netns del ${name}`);
        assert.ok(!existsSync(file));
      },
    },
  ],
  [
    'What leaked, and what holds it?',
    {
      needs,
      perform: async (kitchen) => {
        const inode = makeNetns(kitchen);
        await keepByDescriptors(kitchen);
        const { rows, stderr } = kitchen.run();
        assertRow(rows, new RegExp(`^net +${inode} .* fd 1, socket 1$`), stderr);
      },
    },
  ],
  [
    'Which sockets and descriptors keep a network namespace?',
    {
      needs,
      perform: async (kitchen) => {
        const inode = makeNetns(kitchen);
        const pid = await keepByDescriptors(kitchen);
        const { rows, stderr } = kitchen.run({ 4026532177: inode });
        assertRow(rows, new RegExp(`^fd +${pid} +4 +- +kill ${pid}$`), stderr);
        assertRow(rows, new RegExp(`^socket +${pid} +3 +\\d+ +kill ${pid}$`), stderr);
      },
    },
  ],
  [
    'Which threads are in another namespace than their process?',
    {
      needs: { root: true, commands: ['cc'] },
      perform: async (kitchen) => {
        const { pid, line } = await kitchen.keep(`exec ${compile('test/fixtures/thread-elsewhere.c')}`);
        const inode = statSync(`/proc/${pid}/task/${line}/ns/net`).ino;
        const { rows, stderr } = kitchen.run({ 4026532176: inode });
        assertRow(rows, new RegExp(`^net +${inode} +0 +1 +thread 1$`), stderr);
        assertRow(rows, new RegExp(`^ *${line} +${pid} .*thread-elsewhere`), stderr);
      },
    },
  ],
  [
    'What may this process do to that namespace?',
    {
      needs,
      perform: async (kitchen) => {
        const inode = makeNetns(kitchen);
        const asNobody = 'setpriv --reuid=65534 --regid=65534 --clear-groups';
        const { pid } = await kitchen.keep(`exec ${asNobody} unshare -Ur sh -c 'echo ready; exec sleep 600'`);
        const { stdout, stderr, status } = kitchen.run({ 32724: pid, blue: name });
        assert.equal(status, 1, stderr);
        assert.match(stdout, new RegExp(`^process ${pid} .*uid 65534, in user:\\[${readLinksOf(pid).user}\\]\\n`));
        assert.match(stdout, new RegExp(`^ +net:\\[${inode}\\] .*\\n(?:.*\\n)*? +enter +no\\n`, 'm'));
        assert.match(stdout, /^ +configure +no, by CAP_NET_ADMIN$/m);
      },
    },
  ],
  [
    'Who makes user namespaces without being root?',
    {
      needs,
      perform: async (kitchen) => {
        const child = kitchen.start();
        const closed = once(child, 'close');
        let [text, remarks] = ['', ''];
        child.stdout?.setEncoding('utf8').on('data', (more: string) => {
          text += more;
        });
        child.stderr?.setEncoding('utf8').on('data', (more: string) => {
          remarks += more;
        });
        const seen = /^\d\d:\d\d:\d\d\.\d+ +65534 +\d+ +\S+ +user:\[\d+\]$/m;
        // Nothing says when it has begun to listen, so that is asked again.
        for (const deadline = Date.now() + 60_000; !seen.test(text) && Date.now() < deadline; await sleep(500)) {
          kitchen.prepare('unshare', '-U', 'true');
          kitchen.prepare('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'unshare', '-U', 'true');
        }
        child.kill();
        await closed;
        assert.match(text, seen, remarks);
        assert.doesNotMatch(text, /^\S+ +0 +/m, 'root is not in the list');
      },
    },
  ],
  [
    'How do I ask a hundred saved snapshots?',
    {
      needs,
      perform: async (kitchen) => {
        const save = (host: string) =>
          kitchen.prepare('sh', '-c', `nscope snapshot >${kitchen.directory}/hosts/${host}`);
        mkdirSync(join(kitchen.directory, 'hosts'));
        save('b.json');
        const inode = makeNetns(kitchen);
        await keepByDescriptors(kitchen);
        save('a.json');
        const { stdout, stderr } = kitchen.run();
        const [, ofA = '', ofB = ''] = stdout.split(/^hosts\/[ab]\.json\n/m);
        assert.match(ofA, new RegExp(`^${inode} +fd 1, socket 1$`, 'm'), `${stdout}${stderr}`);
        assert.doesNotMatch(ofB, new RegExp(`^${inode} `, 'm'));
      },
    },
  ],
  [
    'Whose veth is this?',
    {
      needs,
      perform: (kitchen) => {
        const link = `nsr${process.pid}`;
        const inode = makeNetns(kitchen);
        kitchen.clearAway('ip', 'link', 'del', link);
        kitchen.prepare('ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
        const { rows, stderr } = kitchen.run({ 'veth-blue': link });
        assertRow(rows, new RegExp(`${link} +veth .* peer eth0 in netns:${name} \\(net:\\[${inode}\\]\\)`), stderr);
      },
    },
  ],
  [
    'Where does this port go?',
    {
      needs: { ...needs, commands: [...needs.commands, 'python3'] },
      perform: async (kitchen) => {
        const inode = makeNetns(kitchen);
        const text =
          "import socket, time; s = socket.create_server(('', 80)); print('ready', flush=True); time.sleep(600)";
        const { pid } = await kitchen.keep(`exec ip netns exec ${name} python3 -c "${text}"`);
        const { rows, stderr } = kitchen.run();
        assertRow(rows, new RegExp(`^tcp +\\S+ +80 +${pid} +python3 +${inode} +netns:${name}$`), stderr);
      },
    },
  ],
  [
    'Why is this mount or device busy?',
    {
      needs,
      perform: async (kitchen) => {
        const path = join(kitchen.directory, 'data');
        mkdirSync(path);
        const text = `mount -t tmpfs data ${path}; cd ${path}; echo ready; exec sleep 600`;
        const { pid } = await kitchen.keep(`exec unshare --mount --propagation private sh -c '${text}'`);
        const { stdout, stderr } = kitchen.run({ '/srv/data': path }, ['nsenter', '--target', `${pid}`, '--mount']);
        assert.match(stdout, new RegExp(`^  cwd +${pid} +${path} +sleep 600$`, 'm'), stderr);
        assert.ok(stdout.includes(`  1. kill ${pid}\n`) && stdout.includes(`  2. umount ${path}\n`), stdout);
      },
    },
  ],
  [
    'Where did my mount go?',
    {
      needs,
      perform: async (kitchen) => {
        const path = join(kitchen.directory, 'data');
        mkdirSync(path);
        const text = `mount -t tmpfs tmpfs ${path}; echo ready; exec sleep 600`;
        const { pid } = await kitchen.keep(`exec unshare --mount --propagation private sh -c '${text}'`);
        const { rows, stderr } = kitchen.run({ 4711: pid });
        assertRow(rows, new RegExp(`^${path} +tmpfs +not mounted there$`), stderr);
      },
    },
  ],
  [
    'How does a shell script read namespaces?',
    {
      needs: { ...needs, files: ['/dev/fuse'] },
      perform: async (kitchen) => {
        makeNetns(kitchen);
        const pid = await populate(kitchen);
        const directory = join(kitchen.directory, 'namespaces');
        mkdirSync(directory);
        kitchen.clearAway('umount', '--lazy', directory);
        const { stdout, stderr } = kitchen.run({ '/run/namespaces': directory, blue: name });
        assert.equal(stdout, `${pid}\n`, stderr);
      },
    },
  ],
]);
