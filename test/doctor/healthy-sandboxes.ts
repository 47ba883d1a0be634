// A healthy machine, sandboxes and named networks, for counting what doctor says of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { asNobody } from '../kernel/detect/settings.ts';
import { findCommand } from '../tiers.ts';
import { start } from '../workloads/live-workloads.ts';
import type { StartedKind } from './own-findings.ts';

/** What a unit may have of namespaces of its own: systemd.exec(5). */
const sandboxes = {
  network: 'PrivateNetwork=yes\nPrivateTmp=yes',
  users: 'PrivateUsers=yes\nProtectSystem=strict\nProtectHome=yes',
  'users-of-nobody': 'PrivateUsers=yes\nUser=nobody',
  processes: 'ProtectProc=invisible\nProcSubset=pid\nPrivateDevices=yes\nPrivateMounts=yes',
  kernel: 'PrivateIPC=yes\nProtectHostname=yes\nProtectKernelTunables=yes\nProtectControlGroups=yes',
  dynamic: 'DynamicUser=yes\nNoNewPrivileges=yes\nRestrictNamespaces=yes',
};

/** A machine that boots this host's own systemd, with units in sandboxes. */
export function bootMachine(t: TestContext): StartedKind {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-machine-'));
  const root = join(directory, 'root');
  const units = join(root, 'etc/systemd/system');
  for (const name of ['usr', 'dev', 'proc', 'sys', 'run', 'tmp', 'var', 'root'])
    mkdirSync(join(root, name), { recursive: true });
  mkdirSync(join(units, 'multi-user.target.wants'), { recursive: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name));
  writeFileSync(join(root, 'etc/os-release'), 'ID=test\n');
  writeFileSync(join(root, 'etc/machine-id'), '');
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
  symlinkSync('/usr/lib/systemd/system/multi-user.target', join(units, 'default.target'));
  for (const [name, settings] of Object.entries(sandboxes)) {
    writeFileSync(join(units, `own-${name}.service`), `[Service]\nExecStart=/bin/sleep 9999\n${settings}\n`);
    symlinkSync(`../own-${name}.service`, join(units, 'multi-user.target.wants', `own-${name}.service`));
  }
  const own = ['--register=no', '--keep-unit', '--private-network', '--bind-ro=/usr'];
  start(t, 'systemd-nspawn', ['-q', '-b', '-D', root, '-M', `nscope-${process.pid}`, ...own]);
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return { kind: 'systemd-nspawn, booted, six units in sandboxes', count: 1, marks: [directory] };
}

const everything = ['--unshare-all', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--die-with-parent'];

export function startBubblewrap(t: TestContext): StartedKind {
  const [program = '', ...rest] = asNobody;
  const words = [...rest, findCommand('bwrap') ?? '', ...everything, 'sleep', '9999'];
  const pids = [start(t, program, words), start(t, program, words)];
  return { kind: 'bubblewrap, as nobody', count: 2, marks: [], pids };
}

export function startChromium(t: TestContext): StartedKind {
  const home = mkdtempSync(join(tmpdir(), 'nscope-chromium-'));
  chownSync(home, 65534, 65534);
  const [program = '', ...rest] = asNobody;
  const quiet = ['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
  const places = [`--user-data-dir=${home}/data`, '--disable-sync', '--disable-dev-shm-usage'];
  const environment = ['env', `HOME=${home}`, `TMPDIR=${home}`];
  const words = [...quiet, ...places, '--headless=new', '--remote-debugging-port=0', 'about:blank'];
  const pid = start(t, program, [...rest, ...environment, findCommand('chromium') ?? '', ...words]);
  t.after(() => rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  return { kind: 'Chromium, its sandbox on', count: 1, marks: [home], pids: [pid] };
}

/** Two names: one of them idle, one with a link to the host and a process. */
export function nameNetworks(t: TestContext): StartedKind {
  const names = ['idle', 'used'].map((name) => `nscope-${process.pid}-${name}`);
  const [, used = ''] = names;
  const ip = (...words: string[]) => {
    const { status, stderr } = spawnSync('ip', words, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  };
  t.after(() => {
    for (const name of names) spawnSync('ip', ['netns', 'del', name]);
  });
  for (const name of names) ip('netns', 'add', name);
  ip('link', 'add', `nsv${process.pid}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', used);
  const pid = start(t, 'ip', ['netns', 'exec', used, 'sleep', '9999']);
  return {
    kind: 'ip netns: one idle, one with a veth',
    count: 2,
    marks: names.map((name) => `/run/netns/${name}`),
    pids: [pid],
  };
}
