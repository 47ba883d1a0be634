// What `nscope holders` prints as RELEASE, and a shell to paste it into.
import assert from 'node:assert/strict';
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { parseStat } from '../../../src/parse/proc/stat.ts';
import { waitUntil } from '../../marked-processes.ts';
import { runNscope } from '../run-nscope.ts';

export interface ReleaseRow {
  readonly holds: { readonly type: string; readonly inode: number };
  readonly kind: string;
  readonly pid?: number;
  readonly tid?: number;
  readonly fd?: number;
  readonly path?: string;
  readonly namespace?: string;
  readonly release: string | null;
  readonly releaseNote?: string;
}

/** The mount namespaces of a test: others of this host, made at the same time, have copies of every mount. */
export const ownRooms = new Set([nameOf('mnt', '/proc/self/ns/mnt')]);

/** The holders of a namespace, as --json has them; none where it has ended. */
export function readHolders(target: string, options: SpawnSyncOptions = {}): ReleaseRow[] {
  const { stdout, stderr } = runNscope(['holders', target, '--json'], '', options);
  if (stdout === '') return [];
  const { holders } = JSON.parse(stdout) as { holders: ReleaseRow[] };
  for (const row of holders)
    assert.ok(
      typeof row.release === 'string' || (row.release === null && row.releaseNote),
      JSON.stringify(row) + stderr,
    );
  return holders.filter(({ kind, namespace, pid }) =>
    pid === undefined ? kind !== 'bind-mount' || ownRooms.has(namespace ?? '') : isOwn(pid),
  );
}

/** Whether this test has started it: others look at all namespaces of this host at the same time, and hold them for that. */
export function isOwn(pid: number): boolean {
  for (let one = pid; one > 1; ) {
    if (one === process.pid) return pid !== process.pid;
    try {
      one = parseStat(readFileSync(`/proc/${one}/stat`)).ppid;
    } catch {
      return false;
    }
  }
  return false;
}

/** The one holder that this is about. */
export function findRow(target: string, wanted: Partial<ReleaseRow>, options: SpawnSyncOptions = {}): ReleaseRow {
  const rows = readHolders(target, options);
  const found = rows.filter((row) => isLike(row, wanted));
  assert.equal(found.length, 1, `${JSON.stringify(wanted)} of ${JSON.stringify(rows)}`);
  return found[0] as ReleaseRow;
}

function isLike(row: ReleaseRow, wanted: Partial<ReleaseRow>): boolean {
  return Object.entries(wanted).every(([key, value]) => row[key as keyof ReleaseRow] === value);
}

/** As a person would paste it. */
export function paste(command: string | null, shell = 'sh', options: SpawnSyncOptions = {}): void {
  assert.ok(command, 'there is no command');
  const { status, stderr } = spawnSync(shell, ['-c', command], { encoding: 'utf8', timeout: 60_000, ...options });
  assert.equal(status, 0, `${command}: ${String(stderr)}`);
}

/** Pastes the command of a holder, and sees that holder gone and all others of the namespace left. */
export async function releaseOnly(target: string, wanted: Partial<ReleaseRow>, shell = 'sh'): Promise<string> {
  const before = readHolders(target);
  const row = findRow(target, wanted);
  paste(row.release, shell);
  await waitUntil(`${row.release} releases it`, () => !readHolders(target).some((one) => isLike(one, wanted)));
  const kept = before.filter((one) => !isLike(one, wanted) && one.release !== row.release);
  const after = readHolders(target);
  for (const one of kept)
    assert.ok(
      after.some(({ kind, pid, path, namespace }) =>
        isLike(one, { kind, ...(pid ? { pid } : {}), ...(path ? { path } : {}), ...(namespace ? { namespace } : {}) }),
      ),
      `${row.release} released ${JSON.stringify(one)} as well`,
    );
  return String(row.release);
}

/** `net:[4026532992]`, of a link of /proc or a file on which a namespace is mounted. */
export function nameOf(type: string, path: string): string {
  return `${type}:[${statSync(path).ino}]`;
}
