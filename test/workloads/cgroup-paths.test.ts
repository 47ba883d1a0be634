// Every engine's cgroup paths, as they were seen and as the engines' sources make them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idA, idB, podId, recognizeIn, shortA, summarize } from './recorded-host.ts';

const podUid = '0f7a2c1e-93b8-418a-ac2d-776464a52773';

/** What it is, the path, and what it tells: a name, or none. */
const cases: readonly (readonly [string, string, string?])[] = [
  ['Docker with cgroupfs', `/docker/${idA}`, `docker:${shortA}`],
  ['Docker with systemd', `/system.slice/docker-${idA}.scope`, `docker:${shortA}`],
  [
    'Docker, rootless',
    `/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${idA}.scope`,
    `docker:${shortA}`,
  ],
  ['Docker in Docker', `/docker/${idB}/docker/${idA}`, `docker:${shortA}`],
  ['Docker, seen from another container', `/../${idB}/docker/${idA}`, `docker:${shortA}`],
  ['a directory called docker', '/docker/notes'],
  ['Podman with cgroupfs', `/libpod_parent/libpod-${idA}`, `podman:${shortA}`],
  ['Podman in a pod', `/libpod_parent/${podId}/libpod-${idA}`, `podman:${shortA}`],
  ['Podman with systemd', `/machine.slice/libpod-${idA}.scope/container`, `podman:${shortA}`],
  [
    'Podman, rootless',
    `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${idA}.scope/container`,
    `podman:${shortA}`,
  ],
  ['conmon of Podman', `/machine.slice/libpod-conmon-${idA}.scope`],
  ['Kubernetes with cgroupfs', `/kubepods/burstable/pod${podUid}/${idA}`, `cri:${shortA}`],
  [
    'Kubernetes with systemd and containerd',
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${podUid.replaceAll('-', '_')}.slice/cri-containerd-${idA}.scope`,
    `cri:${shortA}`,
  ],
  [
    'Kubernetes with systemd and CRI-O',
    `/kubepods.slice/kubepods-pod${podUid.replaceAll('-', '_')}.slice/crio-${idA}.scope`,
    `cri:${shortA}`,
  ],
  [
    'containerd that was not told of systemd',
    `/system.slice/containerd.service/kubepods-besteffort-pod${podUid.replaceAll('-', '_')}.slice:cri-containerd:${idA}`,
    `cri:${shortA}`,
  ],
  ['LXC 4 and later', '/lxc.payload.web', 'lxc:web'],
  ['LXC with a program inside it', '/lxc.payload.web/system.slice/ssh.service', 'lxc:web'],
  ['LXC before 4', '/lxc/web', 'lxc:web'],
  ['the monitor of LXC', '/lxc.monitor.web'],
  ['nspawn by machinectl', '/machine.slice/systemd-nspawn@web.service/payload', 'nspawn:web'],
  ['nspawn in a scope', '/machine.slice/machine-web\\x2d1.scope/payload/init.scope', 'nspawn:web-1'],
  [
    'a virtual machine of libvirt',
    '/machine.slice/machine-qemu\\x2d1\\x2dvm.scope',
    'systemd:machine-qemu\\x2d1\\x2dvm.scope',
  ],
  [
    'flatpak',
    '/user.slice/user-1000.slice/user@1000.service/app.slice/app-flatpak-org.gnome.gedit-4711.scope',
    'flatpak:org.gnome.gedit',
  ],
  ['a unit', '/system.slice/sshd.service', 'systemd:sshd.service'],
  ['an instance of a unit', '/system.slice/system-getty.slice/getty@tty1.service', 'systemd:getty@tty1.service'],
  ['a unit of a user', '/user.slice/user-1000.slice/user@1000.service/app.slice/mpd.service', 'systemd:mpd.service'],
  ['a session', '/user.slice/user-1000.slice/session-3.scope'],
  ['the service manager of a user', '/user.slice/user-1000.slice/user@1000.service/init.scope'],
  ['the root', '/'],
  ['a path of somebody’s own', '/jobs/17'],
];

for (const [what, cgroup, expected] of cases)
  test(`The cgroup path tells the workload: ${what}.`, () => {
    const workloads = recognizeIn([{ pid: 201, words: ['program'], cgroup }]);
    assert.deepEqual(summarize(workloads), expected === undefined ? [] : [`${expected} 201`]);
    for (const { certainty, evidence } of workloads) {
      assert.equal(certainty, 'likely');
      assert.deepEqual(evidence, [{ by: 'cgroup', text: cgroup }]);
    }
  });

test('The pod stands in the path of its containers.', () => {
  const [podman] = recognizeIn([{ pid: 201, words: ['a'], cgroup: `/libpod_parent/${podId}/libpod-${idA}` }]);
  assert.equal(podman?.pod, podId);
  const [slice] = recognizeIn([
    { pid: 201, words: ['a'], cgroup: `/machine.slice/machine-libpod_pod_${podId}.slice/libpod-${idA}.scope` },
  ]);
  assert.equal(slice?.pod, podId);
  const [cri] = recognizeIn([
    { pid: 201, words: ['a'], cgroup: `/kubepods-pod${podUid.replaceAll('-', '_')}.slice/crio-${idA}.scope` },
  ]);
  assert.equal(cri?.pod, podUid);
});

test('A container in a container has the outer one beside it.', () => {
  const [inner, outer] = recognizeIn([
    { pid: 201, words: ['dockerd'], cgroup: `/docker/${idB}` },
    { pid: 202, words: ['web'], cgroup: `/docker/${idB}/docker/${idA}` },
  ]);
  assert.deepEqual(inner?.outer, { engine: 'docker', id: idB });
  assert.deepEqual(outer?.pids, [201]);
  assert.equal(outer?.outer, undefined);
});
