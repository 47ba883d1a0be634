// Who is in a workload: by who runs it, by descent, by namespaces; and who is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linksOf, netnsName, processFact } from '../recorded-facts.ts';
import { idA, idB, ownLinks, recognizeIn, shortA, summarize } from './recorded-host.ts';

const conmon = (pid: number, id: string, name: string, cgroup = '/') => ({
  pid,
  comm: 'conmon',
  cgroup,
  words: [
    '/usr/bin/conmon',
    '--api-version',
    '1',
    '-c',
    id,
    '-u',
    id,
    '-b',
    `/nowhere/overlay-containers/${id}/userdata`,
    '-n',
    name,
  ],
});

const shim = (pid: number, namespace: string, id: string) => ({
  pid,
  comm: 'containerd-shim',
  words: ['/usr/bin/containerd-shim-runc-v2', '-namespace', namespace, '-id', id, '-address', '/run/c.sock'],
});

test('Rootless containers of Podman without a cgroup are known by their conmon, which is not in them.', () => {
  const workloads = recognizeIn([
    conmon(200, idA, 'web'),
    { pid: 201, ppid: 200, words: ['sleep'], namespaces: ownLinks(1) },
    { pid: 202, ppid: 201, words: ['worker'], namespaces: ownLinks(1) },
  ]);
  assert.deepEqual(summarize(workloads), ['podman:web 201 202']);
  assert.deepEqual(workloads[0]?.namespaces, [
    { type: 'mnt', inode: 4026532001 },
    { type: 'net', inode: 4026533001 },
  ]);
  assert.equal(workloads[0]?.leader, 201);
});

test('A monitor in the cgroup of its workload is not in the workload.', () => {
  const cgroup = `/machine.slice/libpod-${idA}.scope`;
  const workloads = recognizeIn([conmon(200, idA, 'web', cgroup), { pid: 201, ppid: 200, words: ['sleep'], cgroup }]);
  assert.deepEqual(summarize(workloads), ['podman:web 201']);
});

test('What the shim started is Docker’s, containerd’s or that of Kubernetes, as its namespace says.', () => {
  const workloads = recognizeIn([
    shim(200, 'moby', idA),
    { pid: 201, ppid: 200, words: ['sleep'] },
    shim(300, 'default', 'c1'),
    { pid: 301, ppid: 300, words: ['sleep'], cgroup: '/default/c1' },
    shim(400, 'demo', 'c1'),
    { pid: 401, ppid: 400, words: ['sleep'] },
    shim(500, 'k8s.io', idA),
    { pid: 501, ppid: 500, words: ['/pause'] },
    { pid: 502, ppid: 500, words: ['nginx'], cgroup: `/kubepods/besteffort/pod${'0'.repeat(32)}/${idB}` },
  ]);
  assert.deepEqual(summarize(workloads), [
    'containerd:c1 301',
    'containerd:demo/c1 401',
    `cri:${shortA} 501`,
    `cri:${idB.slice(0, 12)} 502`,
    `docker:${shortA} 201`,
  ]);
});

test('conmon of CRI-O is told from that of Podman, and says the name of the container.', () => {
  const words = [
    '/usr/bin/conmon',
    '-b',
    '/run/x',
    '-c',
    idA,
    '--exit-dir',
    '/var/run/crio/exits',
    '-n',
    'k8s_nginx_web_default_0f7a_0',
  ];
  const workloads = recognizeIn([
    { pid: 200, comm: 'conmon', words },
    { pid: 201, ppid: 200, words: ['nginx'] },
  ]);
  assert.deepEqual(summarize(workloads), ['cri:default/web/nginx 201']);
});

test('LXC’s monitor and systemd-nspawn name what they run.', () => {
  const workloads = recognizeIn([
    { pid: 200, comm: 'lxc-start', words: ['[lxc monitor] /nowhere/lxc l1'] },
    { pid: 201, ppid: 200, words: ['init'] },
    { pid: 300, comm: 'systemd-nspawn', words: ['systemd-nspawn', '-q', '-D', '/nowhere/trees/n1/', '--keep-unit'] },
    { pid: 301, ppid: 300, words: ['sleep'] },
    { pid: 400, comm: 'systemd-nspawn', words: ['systemd-nspawn', '-M', 'n2', '-D', '/nowhere/tree'] },
    { pid: 401, ppid: 400, words: ['sleep'] },
  ]);
  assert.deepEqual(summarize(workloads), ['lxc:l1 201', 'nspawn:n1 301', 'nspawn:n2 401']);
});

test('bwrap’s copy inside of the sandbox is in it, and a sandbox in a sandbox is another.', () => {
  const words = ['bwrap', '--unshare-all', 'bwrap', '--unshare-net', 'app'];
  const workloads = recognizeIn([
    { pid: 200, comm: 'bwrap', words },
    { pid: 201, ppid: 200, comm: 'bwrap', words, namespaces: ownLinks(1) },
    { pid: 202, ppid: 201, comm: 'bwrap', words: ['bwrap', '--unshare-net', 'app'], namespaces: ownLinks(1) },
    { pid: 203, ppid: 202, words: ['app'], namespaces: ownLinks(2) },
  ]);
  assert.deepEqual(summarize(workloads), ['bubblewrap:200 201 202', 'bubblewrap:app 203']);
  assert.deepEqual(workloads[1]?.outer, { engine: 'bubblewrap', id: '200' });
});

test('flatpak’s bwrap makes no second sandbox.', () => {
  const cgroup = '/user.slice/user-1000.slice/user@1000.service/app.slice/app-flatpak-org.x.Y-7.scope';
  const words = ['bwrap', '--args', '38', '--', 'gedit'];
  const workloads = recognizeIn([
    { pid: 200, comm: 'bwrap', words, cgroup },
    { pid: 201, ppid: 200, comm: 'bwrap', words, cgroup, namespaces: ownLinks(1) },
    { pid: 202, ppid: 201, words: ['gedit'], cgroup, namespaces: ownLinks(1) },
  ]);
  assert.deepEqual(summarize(workloads), ['flatpak:org.x.Y 200 201 202']);
});

test('Of Chromium the processes in other namespaces than the browser are in its sandbox.', () => {
  const browser = '/usr/lib/chromium/chromium';
  const workloads = recognizeIn([
    { pid: 200, comm: 'chromium', words: [browser, '--headless'] },
    { pid: 201, ppid: 200, comm: 'chromium', words: [`${browser} --type=zygote --no-zygote-sandbox`] },
    { pid: 202, ppid: 200, comm: 'chromium', words: [`${browser} --type=zygote`], namespaces: ownLinks(1) },
    { pid: 203, ppid: 202, comm: 'chromium', words: [`${browser} --type=renderer`], namespaces: ownLinks(1) },
    { pid: 204, ppid: 201, comm: 'chromium', words: [`${browser} --type=gpu-process`] },
    { pid: 205, ppid: 1, words: ['/bin/grep', '--type=zygote'], namespaces: ownLinks(2) },
  ]);
  assert.deepEqual(summarize(workloads), ['chromium:chromium 202 203']);
  assert.equal(workloads[0]?.id, '200');
});

test('Hosts of mininet are those that are in a network of their own.', () => {
  const workloads = recognizeIn([
    { pid: 200, comm: 'python3', words: ['python3', '/usr/bin/mn'] },
    { pid: 201, ppid: 200, words: ['bash', '--norc', '-is', 'mininet:h1'], namespaces: ownLinks(1) },
    { pid: 202, ppid: 201, words: ['ping', '10.0.0.2'], namespaces: ownLinks(1) },
    { pid: 203, ppid: 200, words: ['bash', '--norc', '-is', 'mininet:s1'] },
  ]);
  assert.deepEqual(summarize(workloads), ['mininet:h1 201 202']);
});

test('A named network is a workload by itself, unless an engine has all that is in it.', () => {
  const uuid = '0f7a2c1e-93b8-418a-ac2d-776464a52773';
  const workloads = recognizeIn(
    [
      { pid: 201, words: ['dnsmasq'], namespaces: linksOf({ net: 4026533001 }), cgroup: '/system.slice/agent.service' },
      { pid: 301, words: ['web'], cgroup: `/docker/${idA}`, namespaces: linksOf({ net: 4026533003 }) },
    ],
    [
      netnsName(`qdhcp-${uuid}`, 4026533001),
      netnsName('blue', 4026533002),
      netnsName('web', 4026533003),
      netnsName(`cni-${uuid}`, 4026533004),
    ],
  );
  assert.deepEqual(summarize(workloads), [`docker:${shortA} 301`, 'netns:blue ', `openstack:qdhcp-${uuid} 201`]);
  assert.deepEqual(workloads[1]?.namespaces, [{ type: 'net', inode: 4026533002 }]);
  assert.equal(workloads[1]?.leader, null);
});

test('Who came into the mount namespace of a container from elsewhere is in it; who is in that of the host is not.', () => {
  const workloads = recognizeIn([
    { pid: 201, words: ['web'], cgroup: `/docker/${idA}`, namespaces: ownLinks(1) },
    { pid: 202, words: ['sh'], cgroup: '/system.slice/ssh.service', namespaces: ownLinks(1) },
    { pid: 203, words: ['sh'], cgroup: '/system.slice/ssh.service' },
  ]);
  assert.deepEqual(summarize(workloads), [`docker:${shortA} 201 202`, 'systemd:ssh.service 203']);
});

test('Kernel threads and zombies are in no workload, and a circle of parents ends.', () => {
  const cgroup = `/docker/${idA}`;
  const workloads = recognizeIn([
    { pid: 201, ppid: 202, words: ['a'], cgroup },
    { pid: 202, ppid: 201, words: ['b'] },
    { pid: 203, words: ['c'], cgroup, state: 'Z' },
    { pid: 204, words: [], cgroup, kernelThread: true },
  ]);
  assert.deepEqual(summarize(workloads), [`docker:${shortA} 201`]);
});

test('What a process may pretend stays likely.', () => {
  const workloads = recognizeIn([conmon(200, idA, 'web'), { pid: 201, ppid: 200, words: ['sleep'], uid: 1000 }]);
  assert.equal(workloads[0]?.certainty, 'likely');
});

test('From inside of a container its own namespaces are those of the workload, though PID 1 is in them.', () => {
  const [workload] = recognizeIn(
    [{ pid: 7, words: ['sh'], cgroup: `/docker/${idA}`, namespaces: ownLinks(1) }],
    [processFact(1, ['init'], { cgroup: `/docker/${idA}`, namespaces: ownLinks(1), startTimeTicks: 2 })],
  );
  assert.deepEqual(workload?.pids, [1, 7]);
  assert.deepEqual(
    workload?.namespaces.map(({ type }) => type),
    ['mnt', 'net'],
  );
});
