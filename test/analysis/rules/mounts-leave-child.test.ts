import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mountsLeaveChild } from '../../../src/analysis/rules/mounts-leave-child.ts';
import { hostView, judge, listCommands, mountView, processIn, say } from './judge.ts';

const shared = (path: string, peerGroup: number) => ({ path, peerGroup, with: [] });
const host = hostView({ shared: [shared('/', 1), shared('/srv', 2)] });
const child = processIn(200, { mnt: 88 });

test('A copy whose tree is shared with the host is a warning with the command.', () => {
  const mountViews = [host, mountView(88, 200, { shared: [shared('/', 1), shared('/srv', 2)] })];
  const [found] = judge(mountsLeaveChild, [child], { conditions: { mountViews } }).findings;
  assert.equal(found?.severity, 'warning');
  assert.deepEqual(listCommands(found), ['nsenter --mount=/proc/200/ns/mnt mount --make-rslave /']);
});

test('A volume that is shared with a container is a note.', () => {
  const mountViews = [host, mountView(88, 200, { hostRoot: false, shared: [shared('/', 9), shared('/data', 2)] })];
  assert.deepEqual(say(judge(mountsLeaveChild, [child], { conditions: { mountViews } })), [
    `note: what is mounted below /data in mnt:[88] appears in mnt:[${host.inode}]`,
  ]);
});

test('Slaves, and groups that only siblings have in common, are nothing.', () => {
  const receives = [{ path: '/', peerGroup: 1, from: [host.inode] }];
  const mountViews = [
    host,
    mountView(88, 200, { receives, shared: [shared('/', 5)] }),
    mountView(89, 201, { receives, shared: [shared('/', 5)] }),
  ];
  assert.deepEqual(
    say(judge(mountsLeaveChild, [child, processIn(201, { mnt: 89 })], { conditions: { mountViews } })),
    [],
  );
});

test('The mount namespace of an ancestor counts as the one around.', () => {
  const facts = [child, processIn(300, { mnt: 89 }, { ppid: 200 })];
  const mountViews = [
    host,
    mountView(88, 200, { shared: [shared('/', 5)] }),
    mountView(89, 300, { shared: [shared('/', 5)] }),
  ];
  const lines = say(judge(mountsLeaveChild, facts, { conditions: { mountViews } }));
  assert.deepEqual(lines, ['warning: what is mounted in mnt:[89] appears in mnt:[88]: its whole tree is shared']);
});

test('Containers that have the same volume are one finding, which enters each once.', () => {
  const given = [shared('/', 9), shared('/data', 2), shared('/logs', 1)];
  const views = [88, 89].map((inode) => mountView(inode, inode + 112, { hostRoot: false, shared: given }));
  const facts = [child, processIn(201, { mnt: 89 })];
  const { findings } = judge(mountsLeaveChild, facts, { conditions: { mountViews: [host, ...views] } });
  const [found] = findings;
  assert.equal(findings.length, 1);
  assert.equal(found?.says, `what is mounted below /data in 2 mount namespaces appears in mnt:[${host.inode}]`);
  assert.equal(found.subjects.length, 4);
  assert.deepEqual(
    listCommands(found),
    [[200, 201]].map((pids) =>
      pids
        .map(
          (pid) => `nsenter --mount=/proc/${pid}/ns/mnt sh -c 'mount --make-slave /data && mount --make-slave /logs'`,
        )
        .join(' && '),
    ),
  );
});

test('The mount namespace that Podman gives conmon is shared on purpose; another program in it is not meant so.', () => {
  const conditions = { mountViews: [host, mountView(88, 200, { shared: [shared('/', 1)] })] };
  const conmon = processIn(200, { mnt: 88 }, { comm: 'conmon' });
  const [found] = judge(mountsLeaveChild, [conmon], { conditions }).findings;
  assert.deepEqual([found?.severity, found && listCommands(found)], ['note', []]);
  for (const facts of [
    [conmon, processIn(201, { mnt: 88 })],
    [processIn(200, { mnt: 88 }, { comm: 'conmon', uid: 1000 })],
  ])
    assert.equal(judge(mountsLeaveChild, facts, { conditions }).findings[0]?.severity, 'warning');
});
