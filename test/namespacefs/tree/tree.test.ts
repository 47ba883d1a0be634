// The tree of the file system, from a recorded host: what is where, whose it is, and what its files say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { buildTree } from '../../../src/namespacefs/tree/tree.ts';
import { type DirectoryNode, findEntry, type TreeNode } from '../../../src/namespacefs/tree/tree-node.ts';
import { container, snapshotOf } from '../../container-host.ts';
import { hostInodes, linksOf, netnsName, processFact } from '../../recorded-facts.ts';

const groups = new Map([[1000, 100]]);
const { root } = buildTree(snapshotOf(), { groups });

function find(path: string, from: DirectoryNode = root): TreeNode | undefined {
  let node: TreeNode | undefined = from;
  for (const name of path.split('/').filter(Boolean))
    node = node?.kind === 'directory' ? node.entries().get(name) : undefined;
  return node;
}

function list(path: string, from = root): string[] {
  const node = find(path, from);
  assert.equal(node?.kind, 'directory', path);
  return [...(node?.kind === 'directory' ? node.entries().keys() : [])];
}

function read(path: string, from = root): string {
  const node = find(path, from);
  assert.equal(node?.kind, 'file', path);
  return node?.kind === 'file' ? node.content() : '';
}

function follow(path: string, from = root): string {
  const node = find(path, from);
  assert.equal(node?.kind, 'symlink', path);
  return node?.kind === 'symlink' ? new URL(node.target, `file:///${path}`).pathname.slice(1) : '';
}

test('The top has a directory for each type, the initial namespaces, the links and the events.', () => {
  assert.deepEqual(list('/'), [...namespaceTypes, 'initial', 'by-id', 'by-name', 'by-pid', 'by-workload', 'events']);
  const follow = findEntry(root, 'events.follow');
  assert.equal(follow?.kind, 'events', 'found by its name, though no listing has it');
});

test('The directories pid and uts are the initial namespaces as proposed in 2021: they hold other namespaces alone.', () => {
  assert.deepEqual(list('pid'), [String(container.pid)]);
  assert.deepEqual(list('uts'), [String(container.uts)]);
  assert.equal(read(`pid/${container.pid}/tasks`), '201\n202\n');
  assert.equal(read(`pid/${container.pid}/${container.nestedPid}/tasks`), '203\n');
  assert.equal(read(`uts/${container.uts}/uname`), 'Linux webhost 6.18.44 #1 x86_64 (none)\n');
});

test('The tasks of a pid namespace stand in the order of their PIDs in it.', () => {
  const tree = buildTree(
    snapshotOf([
      processFact(90, ['early'], { namespaces: linksOf({ pid: container.pid }) }),
      { fact: 'nested-pids', pid: 90, pids: [90, 30] },
    ]),
    { groups },
  );
  assert.equal(read(`pid/${container.pid}/tasks`, tree.root), '201\n202\n90\n');
});

test("The boot's own namespaces are in initial, with the same files.", () => {
  assert.ok(namespaceTypes.every((type) => !list(type).includes(String(hostInodes[type]))));
  assert.ok(list('initial').includes('uts'));
  assert.equal(read('initial/uts/uname'), 'Linux vm 6.18.44 #1 x86_64 (none)\n');
  assert.match(read('initial/net/tasks'), /^1\n2\n/);
});

test('A directory has the files that its type has, and a way in.', () => {
  const common = ['tasks', 'threads', 'holders', 'owner', 'names', 'id', 'ns'];
  assert.deepEqual(list(`net/${container.net}`), common);
  assert.deepEqual(list(`uts/${container.uts}`), [...common.slice(0, -1), 'uname', 'ns']);
  const [tasks, threads, holders, owner, ...rest] = common;
  const user = [
    tasks,
    threads,
    holders,
    owner,
    'parent',
    ...rest.slice(0, -1),
    'uid_map',
    'gid_map',
    'setgroups',
    'ns',
  ];
  assert.deepEqual(list(`user/${container.user}`), [...user, 'owned']);
});

test('Each file says one thing in the plainest form.', () => {
  const net = `net/${container.net}`;
  assert.equal(read(`${net}/owner`), `${container.user}\n`);
  assert.equal(read(`${net}/id`), '5005\n');
  assert.equal(read(`${net}/threads`), '105\n');
  assert.equal(read(`${net}/names`), 'ip-netns blue /run/netns/blue\n');
  assert.match(read(`${net}/holders`), /^process pid=201 {2}\/usr\/sbin\/web --listen 80\n/);
  assert.equal(read(`user/${container.user}/parent`), `${hostInodes.user}\n`);
  assert.equal(read(`user/${container.user}/uid_map`), '         0       1000          1\n');
  assert.equal(read(`user/${container.user}/setgroups`), 'deny\n');
  assert.equal(read('initial/user/owner'), '-\n');
  assert.equal(read('initial/net/owner'), '? not-asked\n');
});

test('What belongs to a namespace belongs to the owner of its user namespace, and only he and his group may read it.', () => {
  const file = find(`net/${container.net}/tasks`);
  assert.ok(file?.kind === 'file');
  assert.deepEqual([file.uid, file.gid, file.mode], [1000, 100, 0o440]);
  const directory = find(`uts/${container.uts}`);
  assert.ok(directory?.kind === 'directory');
  assert.deepEqual([directory.uid, directory.gid, directory.mode], [1000, 100, 0o555]);
  const initial = find('initial/net/tasks');
  assert.deepEqual([initial?.uid, initial?.gid], [0, 0], 'an owner that is not known is root');
  const process = find('by-pid/201');
  assert.ok(process?.kind === 'directory');
  assert.deepEqual([process.uid, process.gid, process.mode], [1000, 100, 0o550]);
});

test('Links lead by name, by 64-bit id, by process and from the owner to the directory.', () => {
  assert.equal(follow('by-name/net/blue'), `net/${container.net}`);
  assert.equal(follow('by-name/net/812'), 'initial/net');
  assert.equal(follow('by-id/5005'), `net/${container.net}`);
  assert.equal(follow('by-id/3'), 'initial/user');
  assert.equal(follow('by-pid/203/pid'), `pid/${container.pid}/${container.nestedPid}`);
  assert.equal(follow('by-pid/1/net'), 'initial/net');
  assert.equal(
    follow(`user/${container.user}/owned/pid/${container.nestedPid}`),
    `pid/${container.pid}/${container.nestedPid}`,
  );
  assert.deepEqual(list(`user/${container.user}/owned`), ['mnt', 'net', 'pid', 'uts']);
  assert.deepEqual(list('initial/user/owned'), ['user', 'uts']);
});

test('Workloads lead to their namespaces by type, and no two of them share a name.', () => {
  const snapshot = snapshotOf();
  const base = {
    engine: 'podman',
    kind: 'container',
    certainty: 'certain',
    evidence: [],
    leader: 201,
    pids: [201],
  } as const;
  const namespaces = [
    { type: 'net', inode: container.net },
    { type: 'pid', inode: container.nestedPid },
    { type: 'pid', inode: container.pid },
  ] as const;
  const workloads = [
    { ...base, id: 'aa', name: 'web', namespaces },
    { ...base, id: 'bb', name: 'web', namespaces: namespaces.slice(1, 2) },
    { ...base, id: 'c/c', name: 'no/file', namespaces },
  ];
  const tree = buildTree({ ...snapshot, workloads }, { groups });
  const [first, second, shortened = ''] = list('by-workload', tree.root);
  assert.deepEqual([first, second], ['podman:web', 'podman:bb']);
  assert.match(shortened, /^podman:c_c~[0-9a-f]{8}$/);
  assert.equal(follow(`by-workload/${shortened}/net`, tree.root), `net/${container.net}`);
  assert.deepEqual(list('by-workload/podman:web', tree.root), ['net', `pid-${container.nestedPid}`, 'pid']);
  assert.deepEqual(list('by-workload/podman:bb', tree.root), ['pid']);
  assert.equal(follow('by-workload/podman:web/pid', tree.root), `pid/${container.pid}`);
  assert.equal(follow('by-workload/podman:web/net', tree.root), `net/${container.net}`);
  const directory = find('by-workload/podman:web', tree.root);
  assert.ok(directory?.kind === 'directory');
  assert.deepEqual([directory.uid, directory.mode], [1000, 0o550]);
});

test('A name that cannot be a name of a file is left out, and nothing else with it.', () => {
  const names = ['a/b', '..', '', 'good', 'x'.repeat(300)].map((name) => netnsName(name, container.net));
  const tree = buildTree(snapshotOf(names), { groups });
  assert.deepEqual(list('by-name/net', tree.root).sort(), ['812', 'blue', 'good']);
});

test('A name as long as that of a file may be is there, of whatever bytes.', () => {
  const names = ['x'.repeat(85), 'x'.repeat(255), 'ü'.repeat(127), '\udcff'.repeat(255)];
  const tree = buildTree(snapshotOf(names.map((name) => netnsName(name, container.net))), { groups });
  for (const name of names) assert.equal(follow(`by-name/net/${name}`, tree.root), `net/${container.net}`);
  const long = ['x'.repeat(256), 'ü'.repeat(128)].map((name) => netnsName(name, container.net));
  assert.deepEqual(list('by-name/net', buildTree(snapshotOf(long), { groups }).root).sort(), ['812', 'blue']);
});

test('The path of a namespace leads to its directory.', () => {
  const snapshot = snapshotOf();
  const tree = buildTree(snapshot, { groups });
  assert.ok(snapshot.namespaces.length > 10);
  for (const namespace of snapshot.namespaces) {
    const node = find(tree.pathOf(namespace).join('/'), tree.root);
    assert.ok(node?.kind === 'directory' && node.namespace === namespace);
  }
});

test('No two nodes have one inode number, and each key stands for one node.', () => {
  const inodes = new Map<number, string>();
  const keys = new Map<string, string>();
  const visit = (node: TreeNode, path: string) => {
    assert.equal(inodes.get(node.inode), undefined, `${path} and ${inodes.get(node.inode)}`);
    assert.equal(keys.get(node.key), undefined, `${path} and ${keys.get(node.key)}`);
    assert.ok(Number.isSafeInteger(node.inode));
    inodes.set(node.inode, path);
    keys.set(node.key, path);
    if (node.kind === 'directory') for (const [name, child] of node.entries()) visit(child, `${path}/${name}`);
  };
  visit(root, '');
  assert.ok(inodes.size > 150, `${inodes.size} nodes`);
});
