// Filter expressions over columns.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter, FilterError, type FilterField } from '../../../src/analysis/listing/filter.ts';

const fields: readonly FilterField[] = [
  { name: 'type', kind: 'string' },
  { name: 'processes', kind: 'int' },
  { name: 'initial', kind: 'any' },
  { name: 'owner', kind: 'any' },
  { name: 'name', kind: 'list' },
];

const row = { type: 'net', processes: 3, initial: false, owner: 4026531837, name: ['blue', 'type'] };

test('Expressions choose by comparison, by logic and by the members of a list.', () => {
  const cases: [string, boolean][] = [
    ['type == "net"', true],
    ["type == 'mnt'", false],
    ['processes > 2 && type in ["net", "mnt"]', true],
    ['processes == 0 || !initial', true],
    ['"blue" in name', true],
    ['"type" in name && type != "type"', true],
    ['size(name) == 2', true],
    ['owner == 4026531837', true],
    ['type.startsWith("n")', true],
    ['name.exists(n, n == "green")', false],
  ];
  for (const [expression, chosen] of cases) assert.equal(compileFilter(expression, fields)(row), chosen, expression);
});

test('A row without the value that is compared is undecided, not chosen.', () => {
  const filter = compileFilter('owner > 5', fields);
  assert.equal(filter({ ...row, owner: null }), undefined);
  assert.equal(filter(row), true);
});

test('A wrong expression is told with its place.', () => {
  const cases: [string, RegExp, number][] = [
    ['typ == "net"', /Unknown variable: typ/, 0],
    ['type == "net" && colour == 1', /Unknown variable: colour/, 17],
    ['processes >', /./, 11],
    ['type == 3', /./, 0],
    ['', /^the expression ends too early$/, 0],
    ['(processes > 1', /^the expression ends too early: a \) is missing$/, 14],
    ['size([1, 2', /^the expression ends too early: a \] is missing$/, 10],
    ['processes = 1', /^= is no operator; == is$/, 10],
    ['processes > 1 and initial', /^and is no operator; && is$/, 14],
    ['initial or initial', /^or is no operator; \|\| is$/, 8],
    ['name == "blue"', /a list is asked with in: "word" in name/, 0],
    ['name.contains("blue")', /a list is asked with in: "word" in name/, 0],
  ];
  for (const [expression, message, start] of cases) {
    assert.throws(
      () => compileFilter(expression, fields),
      (error: unknown) => {
        assert.ok(error instanceof FilterError);
        assert.match(error.message, message);
        assert.equal(error.start, start, `${expression}: ${error.message}`);
        assert.ok(error.end <= expression.length);
        return true;
      },
    );
  }
});

test('An expression that is no condition is refused.', () => {
  assert.throws(() => compileFilter('processes + 1', fields), /a condition is wanted, and this is of type int/);
});
