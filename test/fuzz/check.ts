// Holds a snapshot against the truth of a world: nothing that lives is missing where it must be found, and nothing is false.
import { isKnown } from '../../src/model/snapshot/known.ts';
import { formatNamespace } from '../../src/model/snapshot/namespace-types.ts';
import type { Namespace, Process, Snapshot } from '../../src/model/snapshot/schema.ts';
import { findLies } from './check-holders.ts';
import { baseCount, type Ledger, type Reason, type Space } from './ledger.ts';
import { mustFind } from './must-find.ts';
import type { Vantage } from './vantages.ts';

export interface Verdict {
  /** What is false or missing. */
  readonly faults: readonly string[];
  /** Namespaces that ended and are listed still, which the kernel may clear a moment later. */
  readonly late: readonly string[];
  /** One for each namespace that was held against the snapshot: what holds it, its type, and from where it was looked at. */
  readonly cases: readonly string[];
}

export function check(ledger: Ledger, snapshot: Snapshot, vantage: Vantage): Verdict {
  const living = ledger.findLiving();
  const must = mustFind(living, vantage.sight);
  const rows = new Map(snapshot.namespaces.map((one) => [formatNamespace(one.type, one.inode), one]));
  const [faults, late, cases]: [string[], string[], string[]] = [[], [], []];
  let unlisted = 0;
  for (const space of ledger.spaces.slice(baseCount)) {
    const key = formatNamespace(space.type, space.inode);
    const reasons = living.get(space);
    const row = rows.get(key);
    const say = (fault: string) => faults.push(`${key}: ${fault}`);
    cases.push(`${describe(reasons)} ${space.type} ${vantage.name}`);
    if (!reasons) {
      if (isListedStill(space, row, living)) late.push(`${key} has ended and is listed`);
      continue;
    }
    if (!row) {
      unlisted++;
      if (must.has(space)) say(`is not listed, and is held by ${describe(reasons)}`);
      continue;
    }
    for (const fault of checkRow(ledger, space, reasons, row, vantage)) say(fault);
    for (const fault of findLies(ledger, space, reasons, row, snapshot, vantage)) say(fault);
  }
  if (vantage.hostNumbers) for (const process of snapshot.processes) faults.push(...checkProcess(ledger, process));
  faults.push(...checkCoverage(snapshot, vantage, unlisted));
  return { faults, late, cases };
}

function describe(reasons: readonly Reason[] | undefined): string {
  if (!reasons) return 'ended';
  return [...new Set(reasons.map(({ kind, place, worker }) => place || (worker ? 'zombie' : kind)))].sort().join('+');
}

/** A number that was given out again bears another id; where no ids are told, nothing can be said. */
function isListedStill(space: Space, row: Namespace | undefined, living: ReadonlyMap<Space, unknown>): boolean {
  if (!row || [...living.keys()].some(({ type, inode }) => type === space.type && inode === space.inode)) return false;
  return space.id === '0' ? process.env['NSCOPE_GUEST'] === '1' : row.id === space.id;
}

function* checkRow(
  ledger: Ledger,
  space: Space,
  reasons: readonly Reason[],
  row: Namespace,
  { hostNumbers }: Vantage,
): Generator<string> {
  const told: [string, unknown, unknown][] = [
    ['dev', row.dev, space.dev],
    ['owner', row.owner, space.owner < 0 ? null : ledger.space(space.owner).inode],
    ['parent', row.parent, space.parent < 0 ? undefined : ledger.space(space.parent).inode],
    ['initial', row.initial, false],
  ];
  if (space.id !== '0') told.push(['id', row.id, space.id]);
  if (hostNumbers && space.type === 'user') told.push(['ownerUid', row.ownerUid, space.uid]);
  for (const [field, value, truth] of told)
    if (isTold(value) && value !== truth) yield `${field} is said to be ${value}, and is ${truth}`;
  yield* checkCounts(reasons, row);
  if (!hostNumbers) return;
  const pids = reasons.flatMap(({ kind, worker }) =>
    worker && ['process', 'thread'].includes(kind) ? [kind === 'thread' ? worker.thread?.tid : worker.pid] : [],
  );
  if (row.processes.leader !== null && !pids.includes(row.processes.leader))
    yield `process ${row.processes.leader} is said to lead it, and ${pids.join(', ') || 'nobody'} is in it`;
  const init = ledger.workers.find((worker) => worker.in.pid === space.space && worker.life !== 'gone');
  if (space.type === 'pid' && typeof row.init === 'number' && row.init !== init?.pid)
    yield `its init is said to be ${row.init}, and is ${init?.pid}`;
}

function isTold(value: unknown): boolean {
  return value !== undefined && isKnown(value as Namespace['owner']);
}

/** What has ended and was not waited for may count where something of it is left. */
function* checkCounts(reasons: readonly Reason[], { processes, type }: Namespace): Generator<string> {
  const of = (kind: string) => reasons.filter((reason) => reason.kind === kind);
  const alive = of('process').filter(({ worker }) => worker?.life === 'alive').length;
  const most = type === 'user' || type === 'pid' ? of('process').length : alive;
  const { count, threads, inferred, mayBeMore } = processes;
  if (count > most) yield `${count} processes are said to be in it, and ${alive} are`;
  if (threads > of('thread').length) yield `${threads} threads are said to be in it, and ${of('thread').length} are`;
  if ((inferred?.certain ?? 0) > most) yield `${inferred?.certain} processes are said to be in it for certain`;
  if (alive > 0 && count === 0 && threads === 0 && !inferred && !mayBeMore)
    yield `it is said to be without processes, and ${alive} are in it`;
}

function* checkProcess(ledger: Ledger, { pid, tid, namespaces, inferred, state, pids }: Process): Generator<string> {
  const worker = ledger.workers.find((one) => one.pid === pid && one.life !== 'gone' && one.worker > 0);
  if (!worker) return;
  const name = `process ${pid}${tid === pid ? '' : `, thread ${tid}`}`;
  if (worker.life === 'zombie' && state !== 'Z') yield `${name} is a zombie, and said to be ${state}`;
  const thread = tid === pid ? undefined : worker.thread;
  for (const [type, index] of Object.entries(worker.in) as [keyof typeof worker.in, number][]) {
    const truth = ledger.space(thread?.type === type ? thread.space : index).inode;
    const link = namespaces[type];
    if (typeof link === 'number' && link !== truth)
      yield `${name} is said to be in ${type}:[${link}], and is in ${truth}`;
    const place = inferred?.[type];
    if (place?.certainty === 'certain' && 'inode' in place && place.inode !== truth)
      yield `${name} is said to be in ${type}:[${place.inode}] for certain, and is in ${truth}`;
  }
  const nested = worker.in.pid >= baseCount;
  if (worker.life === 'alive' && (nested ? pids.length < 2 : pids.length !== 1))
    yield `${name} is said to have the numbers ${pids.join(' ')}`;
}

function* checkCoverage({ coverage }: Snapshot, { sight, name }: Vantage, unlisted: number): Generator<string> {
  for (const one of coverage.disagreements) yield `coverage: disagreement: ${one}`;
  if (coverage.verdict === 'complete' && unlisted > 0) yield `coverage: complete, and ${unlisted} are not listed`;
  const complete = sight === 'lists';
  if ((coverage.verdict === 'complete') !== complete) yield `coverage: ${coverage.verdict} from ${name}`;
  if (!complete && coverage.reasons.length === 0) yield 'coverage: partial without a reason';
}
