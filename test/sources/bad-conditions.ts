// Places in which something is refused that nscope would ask for, and what the command says there.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { formatNamespace } from '../../src/model/namespace-types.ts';
import type { Namespace, Snapshot } from '../../src/model/schema.ts';
import { validateSnapshot } from '../../src/model/validate-snapshot.ts';
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
function checkClaims({ namespaces, coverage }: Snapshot): void {
  assert.deepEqual(coverage.disagreements, []);
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
