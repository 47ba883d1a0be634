// Containers for nscope detect: a root file system whose programs are the machine's own, and the engines that run it.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watchLeftCgroups } from '../../engines/left-cgroups.ts';
import { asNobody, type Setting } from '../../kernel/detect/settings.ts';

const checkout = fileURLToPath(new URL('../../../../..', import.meta.url)).replace(/\/$/, '');
const nobody = 65534;

/** What is mounted read-only: the programs with their libraries, this checkout, and node where it is elsewhere. */
const shared = ['/usr', checkout, dirname(process.execPath)].filter((path, i) => i === 0 || !path.startsWith('/usr/'));

export interface Engines {
  readonly settings: readonly Setting[];
  remove(): void;
}

export function prepareEngines(): Engines {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-engines-'));
  chmodSync(directory, 0o755);
  const root = join(directory, 'rootfs');
  const home = join(directory, 'home');
  for (const name of ['usr', 'proc', 'sys', 'dev', 'tmp', 'etc', 'run', 'var', 'root', ...shared])
    mkdirSync(join(root, name), { recursive: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name));
  writeFileSync(join(root, 'etc/os-release'), 'ID=test\n');
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  mkdirSync(home);
  chownSync(home, nobody, nobody);
  const removeLeftCgroups = watchLeftCgroups();
  const variables = writePodmanConfiguration(directory);
  const lxc = writeLxcConfiguration(directory, root);
  return {
    settings: [
      ...podmanSettings(directory, root, home, variables),
      { name: 'lxc', prefix: ['lxc-execute', '-n', 'nscope-detect', '-P', directory, '-f', lxc, '--'] },
      { name: 'nspawn', prefix: nspawn(root) },
      { name: 'nspawn, private users', prefix: nspawn(root, '--private-users=200000:65536', '--private-network') },
      ...bubblewrapSettings,
    ],
    remove() {
      endPause(home);
      for (const mount of [join(directory, 'root/overlay'), join(home, '.local/share/containers/storage/overlay')])
        spawnSync('umount', ['-q', mount]);
      rmSync(directory, { recursive: true, force: true });
      removeLeftCgroups();
    },
  };
}

/** Rootless podman leaves a process behind that keeps its user namespace; its PID stands in the runtime directory. */
function endPause(runtime: string): void {
  const file = join(runtime, 'libpod/tmp/pause.pid');
  if (existsSync(file)) process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
}

const bubblewrap = ['bwrap', '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev'];
const bubblewrapSettings: readonly Setting[] = [
  { name: 'bubblewrap', prefix: [...asNobody, ...bubblewrap, '--unshare-all'], fromOutside: true },
  { name: 'bubblewrap, network of the host', prefix: [...asNobody, ...bubblewrap, '--unshare-all', '--share-net'] },
  {
    name: 'bubblewrap in bubblewrap',
    prefix: [...asNobody, ...bubblewrap, '--unshare-all', ...bubblewrap, '--unshare-all'],
  },
];

function nspawn(root: string, ...options: readonly string[]): string[] {
  const binds = shared.map((path) => `--bind-ro=${path}`);
  return [
    'systemd-nspawn',
    '-q',
    '-D',
    root,
    '-M',
    'nscope-detect',
    ...binds,
    '--register=no',
    '--keep-unit',
    '--pipe',
    ...options,
  ];
}

function writePodmanConfiguration(directory: string): Record<string, string> {
  const file = join(directory, 'containers.conf');
  const limits = 'default_ulimits=["nofile=4096:4096","nproc=4096:4096"]';
  const engine = 'runtime="runc"\ncgroup_manager="cgroupfs"\nevents_logger="file"';
  writeFileSync(file, `[containers]\n${limits}\n[engine]\n${engine}\n`);
  return { CONTAINERS_CONF: file };
}

function podmanSettings(
  directory: string,
  root: string,
  home: string,
  environment: Record<string, string>,
): readonly Setting[] {
  const storage = ['--root', join(directory, 'root'), '--runroot', join(directory, 'runroot')];
  const volumes = shared.flatMap((path) => ['-v', `${path}:${path}:ro`]);
  const podman = (before: readonly string[], ...options: readonly string[]) => [
    'podman',
    ...before,
    'run',
    '--rm',
    '-i',
    ...(options.includes('--network') ? [] : ['--network', 'none']),
    ...options,
    ...volumes,
    '--rootfs',
    root,
  ];
  const rootful = (name: string, ...options: readonly string[]): Setting => ({
    name,
    prefix: podman(storage, ...options),
    environment,
  });
  const map = '0:200000:65536';
  return [
    { ...rootful('podman'), fromOutside: true },
    rootful('podman, ordinary user inside', '--user', '1000'),
    rootful('podman --pid host', '--pid', 'host'),
    rootful('podman --network host', '--network', 'host'),
    rootful('podman --uts host', '--uts', 'host'),
    rootful('podman --ipc host', '--ipc', 'host'),
    rootful('podman --cgroupns private', '--cgroupns', 'private'),
    rootful('podman --uidmap', '--uidmap', map, '--gidmap', map),
    rootful('podman, all of the host', '--pid', 'host', '--network', 'host', '--uts', 'host', '--ipc', 'host'),
    {
      name: 'podman rootless',
      prefix: [...asNobody, 'env', `HOME=${home}`, `XDG_RUNTIME_DIR=${home}`, ...podman([])],
      environment,
      fromOutside: true,
    },
  ];
}

function writeLxcConfiguration(directory: string, root: string): string {
  const file = join(directory, 'lxc.conf');
  const lines = [
    `lxc.rootfs.path=dir:${root}`,
    'lxc.net.0.type=empty',
    'lxc.mount.auto=proc:mixed sys:ro',
    ...shared.map((path) => `lxc.mount.entry=${path} ${path.slice(1)} none bind,ro 0 0`),
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
