// Which columns of a table give way on a narrow terminal, and in which order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Column } from '../../../src/render/columns/columns.ts';
import { formatTable, listFitting } from '../../../src/render/lines/table.ts';
import { measureWidth } from '../../../src/render/words/text-width.ts';

type Row = Readonly<Record<string, string>>;

function column(name: string, others: Partial<Column<Row>> = {}): Column<Row> {
  return {
    name,
    header: name.toUpperCase(),
    meaning: name,
    kind: 'string',
    value: (row) => row[name] ?? null,
    ...others,
  };
}

const row: Row = { key: 'key-123456', types: 'mnt net pid uts', user: 'somebody', pid: '12345', what: 'w'.repeat(60) };
const columns: readonly Column<Row>[] = [
  column('key'),
  column('types', { short: () => 'mnpu', yields: 3 }),
  column('user', { yields: 1 }),
  column('pid', { yields: 2 }),
  column('what', { cut: 'end', least: 20 }),
];

function print(width: number, own = columns): string[] {
  return [...formatTable(own, [row], { header: true, width })];
}

test('Cells are cut first, then columns are left out and shortened by their importance, and cells are cut further.', () => {
  assert.deepEqual(print(70)[1], `key-123456  mnt net pid uts  somebody  12345  ${'w'.repeat(23)}…`);
  assert.deepEqual(print(65)[1], `key-123456  mnt net pid uts  12345  ${'w'.repeat(28)}…`);
  assert.deepEqual(print(55)[1], `key-123456  mnpu   12345  ${'w'.repeat(28)}…`);
  assert.deepEqual(print(45)[1], `key-123456  mnpu   ${'w'.repeat(25)}…`);
  assert.deepEqual(print(38)[1], `key-123456  ${'w'.repeat(25)}…`);
  assert.deepEqual(print(20), ['KEY         WHAT', `key-123456  ${'w'.repeat(7)}…`]);
});

test('A long cell of a column with a limit gives way first, and only where not all fits.', () => {
  const own = [
    column('key', { cut: 'middle', least: 6, maxCrowded: 8 }),
    column('what', { cut: 'end', least: 20, yields: 1 }),
  ];
  assert.deepEqual(print(72, own)[1], `key-123456  ${'w'.repeat(60)}`);
  assert.deepEqual(print(70, own)[1], `key-…456  ${'w'.repeat(60)}`);
});

test('Columns that were asked for stay whole, and are cut when nothing else can give way.', () => {
  const asked = columns.map((one) =>
    one.name === 'user' || one.name === 'what' ? { ...one, asked: true as const } : one,
  );
  assert.deepEqual(print(90, asked)[1], `key-123456  mnpu   somebody  ${'w'.repeat(60)}`);
  assert.deepEqual(print(50, asked)[1], `key-123456  somebody  ${'w'.repeat(27)}…`);
});

test('What is asked for is not shortened, and what gives way comes back where there is room.', () => {
  const asked = columns.map((one) => (one.name === 'types' ? { ...one, asked: true as const } : one));
  assert.match(print(40, asked)[1] ?? '', /^key-123456 {2}mnt net pid uts {2}w/);
  assert.deepEqual(
    [45, 65, 200].map((width) => listFitting(columns, [row], { header: true, width }).length),
    [3, 4, 5],
  );
});

test('At any width each row is one line that fits, as long as the columns that stay do.', () => {
  const cells = fc.record({ key: fc.string({ maxLength: 8 }), user: fc.string(), pid: fc.string(), what: fc.string() });
  let compared = 0;
  fc.assert(
    fc.property(fc.array(cells, { maxLength: 5 }), fc.integer({ min: 40, max: 200 }), (rows, width) => {
      const own = columns.map((one) => (one.name === 'key' ? { ...one, cut: 'middle' as const } : one));
      const lines = [...formatTable(own, rows, { header: true, width })];
      assert.equal(lines.length, rows.length + 1);
      for (const line of lines) assert.ok(measureWidth(line) <= width, line);
      compared += lines.length;
    }),
  );
  assert.ok(compared > 100);
});
