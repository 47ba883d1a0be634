// Layouts of records against the C structs that they stand for: offsets by the assertions of bpf/ and native/, which the
// compilers hold against the structs, and types by the text of the structs.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { mountLayout } from '../../../src/kernel/mounts/mount-records.ts';
import { walkedLayout } from '../../../src/kernel/mounts/mount-walk.ts';
import { netnsAnswerLayout } from '../../../src/kernel/net/sockets.ts';
import { answersLayout } from '../../../src/kernel/nsfs/nsfs-batch.ts';
import { linkDirectoryLayout, linkLayout } from '../../../src/kernel/proc/proc-links.ts';
import { entryLayout } from '../../../src/kernel/proc/proc-table-records.ts';
import { procTaskLayout } from '../../../src/kernel/proc/proc-tasks.ts';
import { namespaceLinks } from '../../../src/model/snapshot/namespace-types.ts';
import { linkEventHeadLayout } from '../../../src/parse/netlink/link-events.ts';
import { eventHeadLayout, execLayout, exitLayout, forkLayout } from '../../../src/parse/netlink/process-events.ts';
import { chargeLayout, countLayout } from '../../../src/parse/records/bpf-counts.ts';
import { actorLayout, executedLayout, placedLayout } from '../../../src/parse/records/bpf-events.ts';
import { fileLayout } from '../../../src/parse/records/bpf-files.ts';
import { lifetimeLayout } from '../../../src/parse/records/bpf-lifetimes.ts';
import { mountUseLayout } from '../../../src/parse/records/bpf-mount-uses.ts';
import { namespaceLayout } from '../../../src/parse/records/bpf-namespaces.ts';
import { proxyLayout, referenceLayout } from '../../../src/parse/records/bpf-references.ts';
import { superblockLayout } from '../../../src/parse/records/bpf-superblocks.ts';
import { tallyLayout } from '../../../src/parse/records/bpf-tally.ts';
import { taskLayout } from '../../../src/parse/records/bpf-tasks.ts';
import { type Layout, layOut } from '../../../src/parse/records/layout.ts';
import { tracedLayout } from '../../../src/parse/records/traced-calls.ts';

const layouts: readonly Layout[] = [
  ...[
    actorLayout,
    placedLayout,
    executedLayout,
    fileLayout,
    lifetimeLayout,
    mountUseLayout,
    namespaceLayout,
    proxyLayout,
    referenceLayout,
  ],
  ...[superblockLayout, tallyLayout, taskLayout, answersLayout, netnsAnswerLayout, entryLayout, procTaskLayout],
  ...[
    tracedLayout,
    chargeLayout,
    countLayout,
    linkDirectoryLayout,
    linkLayout,
    mountLayout,
    walkedLayout,
    eventHeadLayout,
    linkEventHeadLayout,
    execLayout,
    exitLayout,
    forkLayout,
  ],
];

/** A struct of the kernel's headers: no file of ours has its text, and no layout the whole of it. */
const kernelStruct = 'struct proc_event of native/process-events.c';

/** By struct, as a layout names it. */
interface Asserted {
  bytes?: number;
  readonly offsets: Record<string, number>;
}

const asserted = new Map<string, Asserted>();
for (const folder of ['bpf', 'native'])
  for (const file of readdirSync(folder).filter((name) => /\.[ch]$/.test(name) && name !== 'layout.h'))
    collectAssertions(`${folder}/${file}`);

function collectAssertions(file: string): void {
  const text = readFileSync(file, 'utf8');
  const of = (name = ''): Asserted => {
    const struct = `struct ${name} of ${file}`;
    const known = asserted.get(struct) ?? { offsets: {} };
    asserted.set(struct, known);
    return known;
  };
  for (const [, name, bytes] of text.matchAll(/\bRECORD_BYTES\((\w+), (\d+)\);/g)) of(name).bytes = Number(bytes);
  for (const [, name, field = '', at] of text.matchAll(/\bFIELD_AT\((\w+), ([\w.]+), (\d+)\);/g))
    of(name).offsets[field] = Number(at);
}

/** The type of each field of a struct, by the text of its file; those of an unnamed union are its own. */
function readTypes(source: string): Record<string, string> {
  const [, name, file = ''] = /^struct (\w+) of (.+)$/.exec(source) ?? [];
  const text = readFileSync(file, 'utf8').replace(/\/\*.*?\*\//gs, '');
  const body = new RegExp(`^struct ${name} \\{\n(.*?)^\\};$`, 'ms').exec(text)?.[1] ?? '';
  const types: Record<string, string> = {};
  for (const [, type = '', fields = ''] of body.matchAll(/^\s*(struct \w+|\w+) ([^;{}]+);[ \t]*$/gm))
    for (const field of fields.split(',')) types[field.trim().replace(/\[\w+\]$/, '')] = type;
  return types;
}

const typeNames: Readonly<Record<string, string>> = {
  ...{ char: 'char', u32: 'u32', u64: 'u64', s32: 's32', s64: 's64' },
  ...{ uint32_t: 'u32', uint64_t: 'u64', int32_t: 's32', int64_t: 's64' },
};

function nameType(field: Layout['fields'][string]): string {
  if (typeof field === 'string') return field;
  return 'source' in field ? field.source.replace(/ of .*/, '') : field[0];
}

for (const { source, word, bytes, fields } of layouts)
  test(`The layout { ${Object.keys(fields).join(', ')} } is that of ${source}.`, () => {
    const c = asserted.get(source);
    assert.ok(c, `${source} asserts nothing`);
    for (const [field, at] of Object.entries(word)) assert.equal(at * 4, c.offsets[field], `where ${field} is`);
    if (source === kernelStruct) return;
    assert.equal(bytes, c.bytes);
    const types = readTypes(source);
    for (const [field, type] of Object.entries(fields)) {
      const written = types[field] ?? 'none';
      assert.equal(nameType(type), typeNames[written] ?? written, `what ${field} is`);
    }
  });

test('Nothing is asserted of a struct that no layout has, and every layout of the sources is compared.', () => {
  const known = new Set(
    layouts.flatMap(({ source, fields }) => Object.keys(fields).map((field) => `${source}: ${field}`)),
  );
  const fields = [...asserted].flatMap(([source, { offsets }]) =>
    Object.keys(offsets).map((field) => `${source}: ${field}`),
  );
  assert.ok(fields.length > 100, `${fields.length} assertions were found`);
  assert.deepEqual(
    fields.filter((field) => !known.has(field)),
    [],
  );
  const called = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readFileSync(`src/${file}`, 'utf8').matchAll(/= layOut\(\s*'([^']+)'/g)])
    .map(([, source]) => source);
  assert.deepEqual(called.sort(), layouts.map(({ source }) => source).sort());
});

test('Inode numbers and ids of a task come in the order of the links, by the enumeration of each program.', () => {
  for (const file of ['bpf/tasks.bpf.c', 'bpf/events.bpf.c']) {
    const words = /^enum link \{ (.*), LINKS \};$/m.exec(readFileSync(file, 'utf8'))?.[1]?.split(', ');
    assert.deepEqual(
      words?.map((word) => word.toLowerCase()),
      [...namespaceLinks],
      file,
    );
  }
});

test('Fields are aligned to their size, and a struct to its largest field.', () => {
  const inner = layOut('struct inner of nowhere', { long: 'u64', short: 'u32' });
  assert.equal(inner.bytes, 16);
  const outer = layOut('struct outer of nowhere', {
    name: ['char', 3],
    first: 's32',
    inner,
    last: ['s64', 2],
    end: 'char',
  });
  assert.deepEqual({ ...outer.word }, { name: 0, first: 1, inner: 2, last: 6, end: 10 });
  assert.equal(outer.bytes, 48);
  assert.equal(outer.words, 12);
});
