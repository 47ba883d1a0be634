// Every kind of holder, in every hiding place of the bed: the command that is printed is run by sh, and that holder is gone
// and no other.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SnapshotIndex } from '../../src/analysis/graph/snapshot-index.ts';
import { findHolders, type HeldBy } from '../../src/analysis/release/find-holders.ts';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { readReleaseEvidence } from '../../src/launch/namespaces/read-release-evidence.ts';
import { type HolderKind, holderKinds } from '../../src/model/snapshot/holder-kinds.ts';
import { formatNamespace } from '../../src/model/snapshot/namespace-types.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';
import { type Bed, bedNeeds, makeBed } from '../bed/bed.ts';
import { isOwn, ownRooms } from '../cli/releases/release.ts';
import { main } from '../cli/run-nscope.ts';
import { listMarked } from '../marked-processes.ts';
import { missing } from '../tiers.ts';
import { expectationOf, expectations, sightOfKernel } from './expectations.ts';

const skip = missing({ root: true, commands: ['nsenter', 'umount', 'sh'], ...bedNeeds });

/** What the holders of a kind are told: a command, which is run, or words that a pattern knows. */
const told: Readonly<Record<HolderKind, 'command' | RegExp>> = {
  process: 'command',
  thread: 'command',
  'for-children': 'command',
  fd: 'command',
  socket: 'command',
  tap: 'command',
  'in-flight': 'command',
  credentials: 'command',
  'peer-credentials': 'command',
  pidfd: 'command',
  'signal-target': 'command',
  'proc-file': 'command',
  'cgroup-file': 'command',
  watch: 'command',
  'perf-event': 'command',
  'fs-context': 'command',
  mapping: 'command',
  directory: 'command',
  program: 'command',
  'bind-mount': 'command',
  'process-mount': 'command',
  'file-system': 'command',
  child: /^it must end itself: nscope holders '\w+:\[\d+\]'$/,
  owned: /^it must end itself: nscope holders '\w+:\[\d+\]'$/,
  kernel: /^what holds it was not seen$/,
};

/** Held by what no command can name: a mount that is attached nowhere, a socket that nobody has open. */
const detached = /detached mount/;
const nameless: Readonly<Partial<Record<string, RegExp>>> = {
  'detached-mount': detached,
  'detached-file-system': detached,
  'pidfd-mount': detached,
  'queue-of-nobody': /^no process that was seen has the socket open/,
};

interface Row {
  readonly namespace: string;
  readonly holder: HeldBy;
}

/** The kinds of which a holder was seen and tried. */
const tried = new Set<HolderKind>();

/** Under emulation Node takes tens of seconds to start. */
const commandTimeoutMs = 240_000;

const mark = `NSCOPE_TEST_RELEASES=${process.pid}`;

/** All holders of the namespaces of beds; the bed's own that are not found are not among them. */
function readRows(beds: readonly Bed[]): Row[] {
  const snapshot = collectSnapshot(wantEverything);
  const index = new SnapshotIndex(snapshot);
  const found = beds.flatMap((bed) =>
    bed.namespaces.flatMap(({ type, inode, id }) => {
      const one = index.namespace(type, inode);
      return one && (id === undefined || typeof one.id !== 'string' || one.id === String(id)) ? [one] : [];
    }),
  );
  const evidence = readReleaseEvidence(index, found, [process.execPath, main]);
  return found.flatMap((namespace) =>
    findHolders(index, namespace, evidence).map((holder) => ({
      namespace: formatNamespace(namespace.type, namespace.inode),
      holder,
    })),
  );
}

/** What tells a holder from another of the same namespace. */
function keyOf({ namespace, holder: { kind, pid, tid, fd, socket, path, namespace: of } }: Row): string {
  return [namespace, kind, pid, tid, fd, socket, path, of].join(' ');
}

/**
 * Whoever else looks at namespaces of this host has descriptors of them for a moment, and in mount namespaces that come and
 * go copies of their bind mounts: the bed does not have those holders.
 */
function pickOwn(rows: readonly Row[], beds: readonly Bed[]): Row[] {
  const rooms = new Set(ownRooms);
  for (const { type, inode } of beds.flatMap(({ namespaces }) => namespaces))
    if (type === 'mnt') rooms.add(formatNamespace(type, inode));
  return rows.filter(({ holder: { kind, pid, namespace } }) => {
    if (pid !== undefined) return isOwn(pid);
    return kind !== 'bind-mount' || namespace === undefined || rooms.has(namespace);
  });
}

async function waitUntilGone(beds: readonly Bed[], keys: ReadonlySet<string>, command: string): Promise<Row[]> {
  for (const deadline = Date.now() + 15_000; ; await sleep(100)) {
    const rows = pickOwn(readRows(beds), beds);
    const left = rows.filter((row) => keys.has(keyOf(row)) && !hasEnded(row));
    if (left.length === 0) return rows;
    assert.ok(Date.now() < deadline, `${command} left ${left.map(keyOf).join(', ')}`);
  }
}

/** A zombie, until its parent waits for it. */
function hasEnded({ holder }: Row): boolean {
  return holder.release === null && /has ended/.test(holder.releaseNote ?? '');
}

test('Every kind of holder has a place of the bed in which it is released.', { skip }, () => {
  const placed = new Set(Object.values(expectations).flatMap(({ holders }) => holders));
  for (const kind of holderKinds) assert.ok(placed.has(kind) && told[kind] !== undefined, kind);
  assert.deepEqual(Object.keys(told).sort(), [...holderKinds].sort());
});

for (const place of Object.keys(expectations))
  test(`What is printed for ${place} releases that holder and no other.`, { skip }, async (t) => {
    process.env['NSCOPE_TEST_RELEASES'] = String(process.pid);
    const beds: Bed[] = [];
    let looked = 0;
    try {
      const bed = await makeBed([place]);
      beds.push(bed, await makeBed(['process:uts', 'fd:net', 'bind-mount:ipc']));
      let rows = pickOwn(readRows(beds), beds);
      for (const made of bed.namespaces) {
        if (made.auxiliary) continue;
        const name = formatNamespace(made.type, made.inode);
        const expected = expectationOf(made, sightOfKernel());
        const holding = rows.filter((row) => row.namespace === name && !hasEnded(row));
        const own = holding.filter(({ holder }) => expected.holders.includes(holder.kind));
        const chosen = own.length > 0 ? own : holding.filter(({ holder }) => holder.kind === 'kernel');
        for (const row of chosen) {
          const { kind, release, releaseNote = '' } = row.holder;
          tried.add(kind);
          looked++;
          const wanted = (kind === 'kernel' ? undefined : nameless[place]) ?? told[kind];
          if (wanted !== 'command') {
            assert.equal(release, null, `${keyOf(row)}: ${release}`);
            assert.match(releaseNote, wanted);
            continue;
          }
          assert.ok(typeof release === 'string', `${keyOf(row)} has no command: ${releaseNote}`);
          t.diagnostic(`${keyOf(row)}: ${release}${releaseNote && ` (${releaseNote})`}`);
          rows = await runAndCompare(row, release, rows, beds);
        }
      }
      const shown = bed.namespaces.filter((one) => !one.auxiliary && expectationOf(one, sightOfKernel()).found);
      assert.ok(looked > 0 || shown.length === 0, `no holder of ${place} was looked at`);
    } finally {
      for (const bed of beds) await bed.release().catch(() => {});
      for (const pid of listMarked(mark)) if (Number(pid) !== process.pid) process.kill(Number(pid), 'SIGKILL');
      delete process.env['NSCOPE_TEST_RELEASES'];
    }
  });

test('No kind of holder was left untried but those that this kernel does not show.', { skip }, (t) => {
  const { coverage } = collectSnapshot(wantEverything);
  const unseen = new Set<HolderKind>(coverage.unseenHolders.map(({ kind }) => kind));
  if (coverage.verdict === 'partial') unseen.add('kernel');
  const untried = holderKinds.filter((kind) => !tried.has(kind));
  t.diagnostic(`untried: ${untried.join(', ') || 'none'}`);
  assert.ok(tried.size > 5);
  assert.deepEqual(
    untried.filter((kind) => !unseen.has(kind)),
    [],
  );
});

/** What goes is what has the same command; with a process all that it holds. The bed itself takes its children along. */
async function runAndCompare(row: Row, release: string, before: readonly Row[], beds: readonly Bed[]): Promise<Row[]> {
  const { status, stderr } = spawnSync('sh', ['-c', release], { encoding: 'utf8', timeout: commandTimeoutMs });
  assert.equal(status, 0, `${release}: ${stderr}`);
  const sameCommand = before.filter(({ holder }) => holder.release === release);
  const after = await waitUntilGone(beds, new Set(sameCommand.map(keyOf)), release);
  const { pid } = row.holder;
  const isWholeBed = pid === beds[0]?.pid;
  const ownRows = new Set(
    isWholeBed ? (beds[0]?.namespaces ?? []).map((one) => formatNamespace(one.type, one.inode)) : [],
  );
  const left = new Set(after.map(keyOf));
  for (const other of before)
    if (
      other.holder.release !== release &&
      !hasEnded(other) &&
      (pid === undefined || other.holder.pid !== pid) &&
      !ownRows.has(other.namespace)
    )
      assert.ok(left.has(keyOf(other)), `${release} released ${keyOf(other)} as well`);
  return after;
}
