// Places in which something is refused that nscope would ask for, and what the command says there.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  formatNamespace,
  type NamespaceType,
  namespaceLinks,
  namespaceTypes,
  readLinkType,
} from '../../src/model/snapshot/namespace-types.ts';
import type { Namespace, Snapshot } from '../../src/model/snapshot/schema.ts';
import { validateSnapshot } from '../../src/model/snapshot/validate-snapshot.ts';
import type { BedNamespace } from '../bed/bed.ts';
import { main } from '../cli/run-nscope.ts';
import { compile } from '../fixtures/compile.ts';

/** The numbers of system calls that a sandbox may deny; above 424 they are the same on all machines. */
const numbers: Readonly<Record<string, Readonly<Record<string, number | string>>>> = {
  x64: { bpf: 321, 'ioctl of nsfs': '16:183', kcmp: 312, setns: 308, name_to_handle_at: 303, open_by_handle_at: 304 },
  arm64: { bpf: 280, 'ioctl of nsfs': '29:183', kcmp: 272, setns: 268, name_to_handle_at: 264, open_by_handle_at: 265 },
  all: { pidfd_open: 434, pidfd_getfd: 438, statmount: 457, listmount: 458 },
};

export const errnoNumbers = { EPERM: 1, ENOTTY: 25, ENOSYS: 38 } as const;

/** The words before a command that make a seccomp filter answer these calls with the errno. */
export function denying(errno: keyof typeof errnoNumbers, ...calls: readonly string[]): string[] {
  const filter = calls.map((call) => {
    const number = numbers[process.arch]?.[call] ?? numbers['all']?.[call];
    assert.ok(number !== undefined, `no number of ${call} for ${process.arch}`);
    return number;
  });
  return [compile('test/fixtures/deny-calls.c'), `${errnoNumbers[errno]}`, filter.join(',')];
}

/** The words before a command that run it in a mount namespace of its own after a line of shell. */
export function after(script: string): string[] {
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', `${script}; exec "$@"`, 'sh'];
}

/** What the command prints there. It must succeed, whatever is refused. */
export function takeSnapshotIn(prefix: readonly string[], words: readonly string[] = ['snapshot']): Snapshot {
  const [command = '', ...rest] = [...prefix, process.execPath, ...process.execArgv, main, ...words];
  const { status, stdout, stderr } = spawnSync(command, rest, {
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 2 ** 28,
  });
  assert.equal(status, 0, stderr);
  const snapshot = validateSnapshot(JSON.parse(stdout));
  checkClaims(snapshot);
  return snapshot;
}

export function findMade({ namespaces }: Snapshot, { type, inode }: BedNamespace): Namespace | undefined {
  return namespaces.find((one) => one.type === type && one.inode === inode);
}

/** What no snapshot may claim, wherever it was taken. */
export function checkClaims(snapshot: Snapshot): void {
  const { namespaces, coverage } = snapshot;
  assert.deepEqual(coverage.disagreements, []);
  assert.deepEqual(listRowless(snapshot), []);
  for (const { type, inode, holders, holderCounts } of namespaces) {
    const name = formatNamespace(type, inode);
    const tables = new Map<string, number>();
    for (const holder of holders) {
      if (holder.kind === 'kernel') {
        assert.deepEqual(Object.keys(holderCounts), ['kernel'], name);
        assert.ok(holder.ruledOut.length + holder.notSeen.length > 0, name);
        const unseen = new Set(coverage.unseenHolders.map(({ kind }) => kind));
        if (unseen.has('process')) assert.ok(!holder.ruledOut.includes('processes'), name);
        if (unseen.has('fd')) assert.ok(!holder.ruledOut.includes('open descriptors'), name);
        if (unseen.has('bind-mount')) assert.ok(!holder.ruledOut.includes('bind mounts'), name);
      }
      // A descriptor belongs to one table, though threads that share it show it as well.
      if (holder.kind !== 'fd' || holder.tid !== undefined) continue;
      const key = `${holder.pid} ${holder.fd}`;
      assert.ok(!tables.has(key), `${name}: descriptor ${key} is told twice`);
      tables.set(key, 1);
    }
  }
}

/** Every namespace that a process is shown in, that stands above another or that nscope is in has a row. */
export function listRowless({ namespaces, unnumbered, processes, host }: Snapshot): string[] {
  const rows = new Map(namespaces.map((one) => [formatNamespace(one.type, one.inode), one]));
  const numbers = new Set(unnumbered.map(({ type, number }) => `${type} #${number}`));
  const inferred = new Map<string, number>();
  const missing = new Set<string>();
  const expect = (type: NamespaceType, inode: unknown, by: string) => {
    if (typeof inode === 'number' && !rows.has(formatNamespace(type, inode)))
      missing.add(`${formatNamespace(type, inode)}, which ${by}`);
  };
  for (const { pid, tid, namespaces: links, inferred: places = {} } of processes) {
    for (const link of namespaceLinks) expect(readLinkType(link), links[link], `task ${tid} of ${pid} is in`);
    for (const type of namespaceTypes) {
      const place = places[type];
      if (!place) continue;
      const key = 'inode' in place ? formatNamespace(type, place.inode) : `${type} #${place.number}`;
      inferred.set(key, (inferred.get(key) ?? 0) + 1);
      if ('inode' in place) expect(type, place.inode, `${pid} is inferred to be in`);
      else if (!numbers.has(key)) missing.add(`${key}, which ${pid} is inferred to be in`);
    }
  }
  for (const { type, inode, owner, parent, processes: counted } of namespaces) {
    const key = formatNamespace(type, inode);
    expect('user', owner, `owns ${key}`);
    expect(type, parent, `is the parent of ${key}`);
    const told = counted.inferred ? counted.inferred.certain + counted.inferred.likely : 0;
    if (told !== (inferred.get(key) ?? 0)) missing.add(`${key} has ${told} inferred, not ${inferred.get(key) ?? 0}`);
  }
  for (const link of namespaceLinks) expect(readLinkType(link), host.vantage.namespaces[link], 'nscope is in');
  return [...missing];
}
