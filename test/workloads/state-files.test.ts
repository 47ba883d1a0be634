// What engines keep of their workloads, as they wrote it: names, images, labels, pods; and what is not believed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Known } from '../../src/model/snapshot/known.ts';
import { systemd } from '../../src/workloads/engines/systemd.ts';
import { engines } from '../../src/workloads/index.ts';
import type { StateReader, WorkloadDraft } from '../../src/workloads/signs/engine.ts';
import { recognize } from '../../src/workloads/signs/recognize.ts';
import { idA, idB, nobodyKnows, podId, type RecordedProcess, snapshotOf } from './recorded-host.ts';

/** The drafts of these processes after their engines read these files and links. */
function learn(
  processes: readonly RecordedProcess[],
  files: Readonly<Record<string, unknown>>,
  links: Readonly<Record<string, string>> = {},
): readonly WorkloadDraft[] {
  const snapshot = snapshotOf(processes);
  const drafts = recognize(snapshot, engines, systemd, nobodyKnows);
  const reader: StateReader = {
    processes: snapshot.processes,
    readText: (path) => {
      const value = files[path];
      return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
    },
    readJson: (path) => files[path],
    readLink: (path): Known<string> => links[path] ?? { unknown: 'gone', errno: 'ENOENT' },
    trusts: ({ uid }) => uid === 0,
  };
  for (const engine of [...engines, systemd])
    engine.learn?.(
      drafts.filter((draft) => draft.engine === engine.name),
      reader,
    );
  return drafts;
}

function stateOf(draft: WorkloadDraft | undefined): string | undefined {
  return draft?.evidence.find(({ by }) => by === 'state')?.text;
}

const dockerConfig = (name: string, id = idA) => ({
  State: { Running: true, Pid: 201, StartedAt: '2026-01-02T03:04:05.690455999Z' },
  ID: id,
  Config: { Hostname: 'vm', Image: 'nginx:1', Labels: { 'com.docker.compose.project': 'shop' } },
  Name: `/${name}`,
});

test('Docker’s config.v2.json is looked for where dockerd keeps it.', () => {
  const container = { pid: 201, words: ['nginx'], cgroup: `/docker/${idA}` };
  const places: readonly (readonly [readonly string[], string, Readonly<Record<string, unknown>>])[] = [
    [['dockerd'], '/var/lib/docker', {}],
    [['dockerd', '--data-root', '/data/docker/'], '/data/docker', {}],
    [['dockerd', '--data-root=/data/docker'], '/data/docker', {}],
    [['dockerd'], '/data/docker', { '/etc/docker/daemon.json': { 'data-root': '/data/docker' } }],
  ];
  for (const [words, root, more] of places) {
    const file = `${root}/containers/${idA}/config.v2.json`;
    const [draft] = learn([{ pid: 200, words }, container], { [file]: dockerConfig('web'), ...more });
    assert.deepEqual([draft?.name, draft?.image, draft?.project], ['web', 'nginx:1', 'shop']);
    assert.equal(stateOf(draft), file);
  }
});

test('A dockerd of somebody else sends nobody to a file of theirs, and a file of another container is not believed.', () => {
  const container = { pid: 201, words: ['nginx'], cgroup: `/docker/${idA}` };
  const [stranger] = learn([{ pid: 200, words: ['dockerd', '-g', '/home/eve'], uid: 1000 }, container], {
    [`/home/eve/containers/${idA}/config.v2.json`]: dockerConfig('evil'),
  });
  const [other] = learn([container], {
    [`/var/lib/docker/containers/${idA}/config.v2.json`]: dockerConfig('other', idB),
  });
  for (const draft of [stranger, other]) assert.deepEqual([draft?.name, stateOf(draft)], [undefined, undefined]);
});

test('A container that Kubernetes had Docker make is called as its pod.', () => {
  const [draft] = learn([{ pid: 201, words: ['nginx'], cgroup: `/docker/${idA}` }], {
    [`/var/lib/docker/containers/${idA}/config.v2.json`]: dockerConfig('k8s_nginx_web_default_0f7a_0'),
  });
  assert.equal(draft?.name, 'default/web/nginx');
});

const userdata = (id: string) => `/var/lib/containers/storage/overlay-containers/${id}/userdata`;
const conmon = (pid: number, id: string, name: string, uid = 0): RecordedProcess => ({
  pid,
  comm: 'conmon',
  uid,
  words: ['/usr/bin/conmon', '-c', id, '-b', userdata(id), '-n', name],
});
const podmanFile = '/var/lib/containers/storage/overlay-containers/containers.json';
const podmanEntry = (id: string, name: string) => ({
  id,
  names: [name],
  metadata: JSON.stringify({ 'image-name': 'localhost/bb:1', name, 'created-at': 1795333271 }),
});

const podmanDatabase = '/var/lib/containers/storage/libpod/bolt_state.db';

test('Podman’s containers.json is looked for where conmon works, and the pod is called as the database has it.', () => {
  const [infra, web] = learn(
    [
      conmon(200, idB, `${podId.slice(0, 12)}-infra`),
      { pid: 201, ppid: 200, words: ['/catatonit', '-P'], cgroup: `/libpod_parent/${podId}/libpod-${idB}` },
      conmon(300, idA, 'web'),
      { pid: 301, ppid: 300, words: ['nginx'], cgroup: `/libpod_parent/${podId}/libpod-${idA}` },
    ],
    {
      [podmanFile]: [podmanEntry(idA, 'web'), podmanEntry(idB, `${podId.slice(0, 12)}-infra`)],
      [`${userdata(idB)}/config.json`]: { hostname: 'another' },
      [podmanDatabase]: `\ufffd\0pod${podId}{"id":"${podId}","name":"shop","hostname":"another"}\ufffd`,
    },
  );
  assert.deepEqual([web?.name, web?.image, web?.pod, stateOf(web)], ['web', 'localhost/bb:1', 'shop', podmanFile]);
  assert.deepEqual([infra?.name, infra?.pod], [`${podId.slice(0, 12)}-infra`, 'shop']);
});

test('A container of Podman is called as it was renamed, and one without an infra container is in its pod.', () => {
  const renamed = { ...podmanEntry(idA, 'web'), names: ['shopfront'] };
  const processes = [conmon(200, idA, 'web'), { pid: 201, ppid: 200, words: ['nginx'] }];
  const config = { annotations: { 'io.kubernetes.cri-o.SandboxID': podId } };
  const files = { [podmanFile]: [renamed], [`${userdata(idA)}/config.json`]: config };
  const [named] = learn(processes, { ...files, [podmanDatabase]: `{"id":"${podId}","name":"shop"}` });
  assert.deepEqual([named?.name, named?.pod], ['shopfront', 'shop']);
  // What looks like it inside of a text of JSON is no name.
  const inside = `{"label":"{\\"id\\":\\"${podId}\\",\\"name\\":\\"evil\\"}"}`;
  const [nameless] = learn(processes, { ...files, [podmanDatabase]: inside });
  assert.deepEqual([nameless?.name, nameless?.pod], ['shopfront', undefined]);
});

test('A conmon of another user names its container, and its paths are not followed.', () => {
  const asked: string[] = [];
  const files = new Proxy<Record<string, unknown>>(
    {},
    {
      get: (_, path) => {
        asked.push(String(path));
        return undefined;
      },
    },
  );
  const words = ['conmon', '-c', idA, '-b', `/home/eve/overlay-containers/${idA}/userdata`, '-n', 'web'];
  const [draft] = learn(
    [
      { pid: 200, comm: 'conmon', uid: 1000, words },
      { pid: 201, ppid: 200, uid: 1000, words: ['nginx'] },
    ],
    files,
  );
  assert.equal(draft?.name, 'web');
  assert.deepEqual(asked, [podmanFile]);
});

test('What containers.json holds instead of what it should is passed over.', () => {
  for (const value of [null, 7, 'text', {}, [null, 7, [], { id: idA }, { id: idA, metadata: '{' }, { id: 7 }]]) {
    const [draft] = learn([conmon(200, idA, 'web'), { pid: 201, ppid: 200, words: ['nginx'] }], {
      [podmanFile]: value,
    });
    assert.deepEqual([draft?.name, draft?.image], ['web', undefined]);
  }
});

const shim = (pid: number, namespace: string, id: string): RecordedProcess => ({
  pid,
  comm: 'containerd-shim',
  words: ['/usr/bin/containerd-shim-runc-v2', '-namespace', namespace, '-id', id],
});
const tasks = '/run/containerd/io.containerd.runtime.v2.task';

test('containerd’s config.json lies in the working directory of the shim, and has nerdctl’s name.', () => {
  const file = `${tasks}/default/${idA}/config.json`;
  const [draft] = learn(
    [shim(200, 'default', idA), { pid: 201, ppid: 200, words: ['nginx'] }],
    { [file]: { annotations: { 'nerdctl/name': 'web' } } },
    { '/proc/200/cwd': `${tasks}/default/${idA}` },
  );
  assert.deepEqual([draft?.name, stateOf(draft)], ['web', file]);
});

test('The annotations of Kubernetes name pods and containers, of containerd and of CRI-O.', () => {
  const pod = '0f7a2c1e-93b8-418a-ac2d-776464a52773';
  const annotations = (type: string, name: string | undefined) => ({
    annotations: {
      'io.kubernetes.cri.container-type': type,
      'io.kubernetes.cri.sandbox-name': 'web',
      'io.kubernetes.cri.sandbox-namespace': 'default',
      'io.kubernetes.cri.image-name': 'docker.io/library/nginx:1',
      ...(name === undefined ? {} : { 'io.kubernetes.cri.container-name': name }),
    },
  });
  const cgroup = (id: string) => `/kubepods/besteffort/pod${pod}/${id}`;
  const [pause, nginx] = learn(
    [
      shim(200, 'k8s.io', idB),
      { pid: 201, ppid: 200, words: ['/pause'], cgroup: cgroup(idB) },
      { pid: 202, ppid: 200, words: ['nginx'], cgroup: cgroup(idA) },
    ],
    {
      [`${tasks}/k8s.io/${idB}/config.json`]: annotations('sandbox', undefined),
      [`${tasks}/k8s.io/${idA}/config.json`]: annotations('container', 'nginx'),
    },
    { '/proc/200/cwd': `${tasks}/k8s.io/${idB}` },
  );
  assert.deepEqual([pause?.name, pause?.pod], ['default/web', 'default/web']);
  assert.deepEqual(
    [nginx?.name, nginx?.pod, nginx?.image],
    ['default/web/nginx', 'default/web', 'docker.io/library/nginx:1'],
  );
  const bundle = `/run/containers/storage/overlay-containers/${idA}/userdata`;
  const words = ['/usr/bin/conmon', '-b', bundle, '-c', idA, '-n', 'k8s_db_store_default_0f7a_0'];
  const [crio] = learn(
    [
      { pid: 200, comm: 'conmon', words },
      {
        pid: 201,
        ppid: 200,
        words: ['postgres'],
        cgroup: `/kubepods-pod${pod.replaceAll('-', '_')}.slice/crio-${idA}.scope`,
      },
    ],
    {
      [`${bundle}/config.json`]: {
        annotations: {
          'io.kubernetes.cri-o.ContainerType': 'container',
          'io.kubernetes.container.name': 'db',
          'io.kubernetes.pod.name': 'store',
          'io.kubernetes.pod.namespace': 'default',
          'io.kubernetes.cri-o.ImageName': 'quay.io/postgres:17',
        },
      },
    },
  );
  assert.deepEqual([crio?.name, crio?.pod, crio?.image], ['default/store/db', 'default/store', 'quay.io/postgres:17']);
});

test('systemd-machined, the service manager and LXC confirm what they run.', () => {
  const cgroup = '/machine.slice/machine-web.scope/payload';
  const confirmed = { '/run/systemd/machines/web': '# This is private data.\nNAME=web\nLEADER=201\n' };
  const processes = [{ pid: 201, words: ['init'], cgroup }];
  assert.equal(stateOf(learn(processes, confirmed)[0]), '/run/systemd/machines/web');
  assert.equal(stateOf(learn(processes, { '/run/systemd/machines/web': 'LEADER=7\n' })[0]), undefined);
  const [unit] = learn(
    [{ pid: 201, words: ['sshd'], cgroup: '/system.slice/ssh.service' }],
    {},
    {
      '/run/systemd/units/invocation:ssh.service': '9f0a4f0c5d3e4a5c8f4f000000000000',
    },
  );
  assert.equal(stateOf(unit), '/run/systemd/units/invocation:ssh.service');
  const [lxc] = learn(
    [
      { pid: 200, comm: 'lxc-start', words: ['[lxc monitor] /var/lib/lxc web'] },
      { pid: 201, ppid: 200, words: ['init'] },
    ],
    { '/var/lib/lxc/web/config': 'lxc.uts.name = web\n' },
  );
  assert.equal(stateOf(lxc), '/var/lib/lxc/web/config');
});
