import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { release } from 'node:os';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { formatNamespace } from '../../src/model/snapshot/namespace-types.ts';
import type { Holder, Namespace, Snapshot } from '../../src/model/snapshot/schema.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';
import { type Bed, type BedNamespace, bedNeeds, makeBed } from '../bed/bed.ts';
import { missing } from '../tiers.ts';
import { expectationOf, type Sight, sightOfKernel } from './expectations.ts';

const skip = missing({ root: true, ...bedNeeds });

interface Finding {
  readonly made: BedNamespace;
  readonly found: Namespace | undefined;
}

/** The kernel frees what was released a moment later, network namespaces last. */
const releaseTimeoutMs = 30_000;

test('Every namespace in every hiding place that this kernel lets nscope see is found, with its holder.', {
  skip,
}, async (t) => {
  await checkBed(sightOfKernel(), true, (line) => t.diagnostic(line));
});

test('Without BPF what /proc and the addon can see is found, and coverage says what is not.', { skip }, async (t) => {
  await checkBed('proc', false, (line) => t.diagnostic(line));
});

async function checkBed(sight: Sight, bpf: boolean, print: (line: string) => void): Promise<void> {
  const descriptors = countDescriptors();
  const bed = await makeBed();
  let findings: Finding[];
  let snapshot: Snapshot;
  try {
    snapshot = collectSnapshot({ ...wantEverything, bpf });
    findings = match(bed, snapshot);
  } finally {
    await bed.release();
  }
  assert.ok(findings.length > 60, `the bed made only ${findings.length} namespaces`);
  for (const line of describe(findings, sight)) print(line);
  const compared = findings.reduce((sum, { made, found }) => sum + check(made, found, sight), 0);
  assert.ok(compared > 30, `only ${compared} numbers and paths of holders were compared`);
  assert.deepEqual(snapshot.coverage.disagreements, []);
  assert.equal(snapshot.coverage.verdict, sight === 'lists' ? 'complete' : 'partial');
  if (sight !== 'lists')
    assert.ok(
      snapshot.coverage.reasons.some((reason) => reason.includes('that nothing visible holds is not shown')),
      snapshot.coverage.reasons.join('\n'),
    );
  await expectNothingLeft(findings, bpf);
  // The programs that were loaded stay so, two of them for the counts of namespaces; nothing else stays open.
  assert.ok(countDescriptors() - descriptors <= 10, `${countDescriptors() - descriptors} descriptors more than before`);
}

function match(bed: Bed, snapshot: Snapshot): Finding[] {
  const found = new Map(snapshot.namespaces.map((one) => [formatNamespace(one.type, one.inode), one]));
  return bed.namespaces.map((made) => ({ made, found: found.get(formatNamespace(made.type, made.inode)) }));
}

/** @returns how many numbers and paths of holders were compared */
function check(made: BedNamespace, found: Namespace | undefined, sight: Sight): number {
  const name = `${made.place} ${formatNamespace(made.type, made.inode)}`;
  // What was made around another to hide it is a plain member, a descriptor or a mount.
  if (made.auxiliary) return 0;
  const expected = expectationOf(made, sight);
  assert.equal(found !== undefined, expected.found, `${name} ${expected.found ? 'was not found' : 'was found'}`);
  if (!found) return 0;
  const kinds = Object.keys(found.holderCounts);
  const allowed = [...expected.holders, ...(sight === 'lists' ? [] : ['kernel'])];
  assert.ok(
    kinds.some((kind) => allowed.includes(kind)),
    `${name} is held by ${kinds.join(', ') || 'nothing'}; expected ${expected.holders.join(' or ')}`,
  );
  return compareHolder(name, made, found);
}

/** The holder that the bed made is told with its number and its path; bystanders may have others for a moment. */
function compareHolder(name: string, { holder: made }: BedNamespace, { holders }: Namespace): number {
  let compared = 0;
  const expectOne = (kind: 'fd' | 'bind-mount', wanted: Readonly<Record<string, unknown>>) => {
    const fields = Object.entries(wanted).filter(([, value]) => value !== undefined);
    const told = holders.filter((holder) => holder.kind === kind);
    if (told.length === 0 || fields.length === 0) return;
    const isIt = (holder: Holder) =>
      fields.every(([field, value]) => {
        const one: unknown = Reflect.get(holder, field);
        return one === value || (typeof one === 'object' && one !== null);
      });
    assert.ok(told.some(isIt), `${name} is held by ${JSON.stringify(told)}, not by ${JSON.stringify(wanted)}`);
    compared += fields.length;
  };
  expectOne('fd', { pid: made.pid, fd: made.fd });
  expectOne('bind-mount', { path: made.mountPoint, mountNamespace: made.mountNamespace });
  return compared;
}

/** After the release none of them is there; a number that was given out again bears another id. */
async function expectNothingLeft(findings: readonly Finding[], bpf: boolean): Promise<void> {
  const end = Date.now() + releaseTimeoutMs;
  for (;;) {
    const snapshot = collectSnapshot({ ...wantEverything, bpf });
    const now = new Map(snapshot.namespaces.map((one) => [formatNamespace(one.type, one.inode), one]));
    const left = findings.filter(({ made, found }) => {
      const still = now.get(formatNamespace(made.type, made.inode));
      return found !== undefined && still !== undefined && still.id === found.id;
    });
    if (left.length === 0) return;
    if (Date.now() > end) {
      const names = left.map(({ made }) => `${made.place} ${formatNamespace(made.type, made.inode)}`);
      assert.fail(`still listed after their release: ${names.join(', ')}`);
    }
    await sleep(200);
  }
}

/** A line for each place: which of its types were found. */
function* describe(findings: readonly Finding[], sight: Sight): Generator<string> {
  const places = new Map<string, { found: string[]; unseen: string[] }>();
  for (const { made, found } of findings) {
    if (made.auxiliary) continue;
    const place = places.get(made.place) ?? { found: [], unseen: [] };
    (found ? place.found : place.unseen).push(made.type);
    places.set(made.place, place);
  }
  yield `Linux ${release()}, sight: ${sight}`;
  for (const [place, { found, unseen }] of places)
    yield `${place.padEnd(22)} found ${found.join(' ') || 'none'}${unseen.length > 0 ? `; not seen ${unseen.join(' ')}` : ''}`;
}

function countDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
