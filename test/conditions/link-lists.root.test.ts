// The links of network namespaces, with and without a process in them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { linkLists } from '../../src/conditions/link-lists.ts';
import { collectSnapshot } from '../../src/index.ts';
import { RouteSocket } from '../../src/kernel/net/netlink.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import { about, diagnose } from '../doctor/findings-of-host.ts';
import { hold } from '../held-process.ts';
import { missing } from '../tiers.ts';

const skip = missing({ root: true, commands: ['ip', 'unshare'] });

test('Links are named where a process is, and told with their kind where none is.', { skip }, async () => {
  const name = `nscope-links-${process.pid}`;
  const held = await hold('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep 60']);
  execFileSync('ip', ['netns', 'add', name]);
  try {
    execFileSync('ip', ['-n', name, 'link', 'add', 'va', 'type', 'veth', 'peer', 'name', 'vb']);
    const snapshot = collectSnapshot({ workloads: false, conditions: false });
    const lists = linkLists.read(snapshot, { asked() {}, refused() {} }, { bpf: true }, {});
    assert.ok(isKnown(lists));
    const of = (path: string) => lists.find(({ inode }) => inode === statSync(path).ino)?.links;
    const empty = of(`/run/netns/${name}`);
    assert.ok(empty && isKnown(empty));
    assert.deepEqual(
      [...empty].sort((a, b) => (a.name < b.name ? -1 : 1)),
      [
        { name: 'lo', kind: '', physical: false },
        { name: 'va', kind: 'veth', physical: false },
        { name: 'vb', kind: 'veth', physical: false },
      ],
    );
    const whole = collectSnapshot({ workloads: false, conditions: ['linkLists', 'networks'] }).conditions?.linkLists;
    assert.ok(whole && isKnown(whole));
    const wholeOf = (path: string) => whole.find(({ inode }) => inode === statSync(path).ino)?.links;
    assert.deepEqual(wholeOf(`/run/netns/${name}`), empty);
    assert.deepEqual(wholeOf(`/proc/${held.pid}/ns/net`), [{ name: 'lo', kind: '', physical: false }]);
    const unknown = { unknown: 'not-asked' };
    assert.deepEqual(of(`/proc/${held.pid}/ns/net`), [{ name: 'lo', kind: unknown, physical: unknown }]);
    const inode = statSync(`/proc/${held.pid}/ns/net`).ino;
    const subject = { kind: 'namespace', type: 'net', inode } as const;
    assert.equal(about(diagnose('network-only-loopback'), subject)[0]?.severity, 'note');
    execFileSync('ip', ['link', 'add', 'nsc-peer', 'type', 'veth', 'peer', 'name', 'eth7', 'netns', String(held.pid)]);
    assert.deepEqual(about(diagnose('network-only-loopback'), subject), []);
  } finally {
    await held.end();
    execFileSync('ip', ['netns', 'del', name]);
  }
});

test('The device behind a link is the one that ip tells.', { skip }, () => {
  const told = JSON.parse(execFileSync('ip', ['-json', '-details', 'link'], { encoding: 'utf8' })) as {
    ifname: string;
    parentdev?: string;
    linkinfo?: { info_kind?: string };
  }[];
  const socket = new RouteSocket();
  try {
    const links = socket.readLinks().map(({ name, kind, parentDevice }) => ({ name, kind, parentDevice }));
    assert.ok(links.length > 0);
    assert.deepEqual(
      links,
      told.map(({ ifname, parentdev, linkinfo }) => ({
        name: ifname,
        kind: linkinfo?.info_kind ?? '',
        parentDevice: parentdev,
      })),
    );
  } finally {
    socket.close();
  }
});
