// An option means the same for every verb: the matrix of shared options, and the letters.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptionFlags } from '../../../src/cli/options/option-flags.ts';
import { verbs } from '../../../src/cli/table/verbs.ts';

/** What each verb has of what several have. Not here: from a file, what only the live host answers. */
const matrix: Readonly<Record<string, string>> = {
  overview: 'type json columns filter sort no-header wide quiet no-bpf from',
  ls: 'type json columns filter sort no-header wide quiet no-bpf from',
  ps: 'json columns filter sort no-header wide quiet no-bpf from',
  holders: 'type json columns filter sort no-header wide quiet no-bpf from',
  why: 'type json wide no-bpf',
  workloads: 'all json columns filter sort no-header wide quiet no-bpf from',
  watch: 'type json columns filter no-header wide quiet no-bpf',
  tree: 'type all json no-header wide quiet no-bpf from',
  graph: 'type json quiet no-bpf from',
  pid: 'json no-header wide quiet no-bpf from',
  show: 'json wide quiet no-bpf from',
  diff: 'type json no-header quiet no-bpf from',
  compare: 'type json no-header quiet no-bpf from',
  listns: 'type json no-header quiet no-bpf from',
  coverage: 'json no-bpf from',
  snapshot: 'json quiet no-bpf from',
  detect: 'type json no-header wide quiet no-bpf',
  audit: 'all json columns filter sort no-header wide quiet no-bpf from',
  doctor: 'json wide quiet no-bpf from',
  net: 'all json columns filter sort no-header wide quiet no-bpf from',
  busy: 'json wide quiet no-bpf',
  quota: 'type json columns filter sort no-header wide quiet no-bpf from',
  mounts: 'json columns filter sort no-header wide quiet no-bpf from',
  caps: 'type json wide quiet no-bpf',
  groups: 'json no-header wide quiet no-bpf',
  top: 'type sort no-bpf',
  mount: 'no-bpf',
  enter: 'type no-bpf',
  run: 'type json',
  ci: 'json quiet no-bpf',
  lab: 'json',
  completion: '',
  init: '',
  orphan: '',
  unmount: '',
};

const shared = ['type', 'all', 'json', 'columns', 'filter', 'sort', 'no-header', 'wide', 'quiet', 'no-bpf', 'from'];

const all = verbs.flatMap(({ name: verb, options }) =>
  options.map((option) => ({ verb, option, ...parseOptionFlags(option.flags) })),
);

test('Every verb has the shared options that make sense for it.', () => {
  const found = verbs.map(({ name, options }) => {
    const names = new Set(options.map(({ flags }) => parseOptionFlags(flags).long.slice(2)));
    return [name, shared.filter((option) => names.has(option)).join(' ')] as const;
  });
  assert.deepEqual(Object.fromEntries(found), matrix);
});

test('An option of one name has one letter, one kind of value and the same choices, whichever verb has it.', () => {
  // One order is enough for a screen, whose columns are fewer.
  const sorts = all.filter(({ verb, long }) => long !== '--sort' || verb !== 'top');
  for (const name of shared) {
    const own = sorts.filter(({ long }) => long === `--${name}`);
    assert.ok(own.length > 1, name);
    const kinds = own.map(({ option: { flags, choices, completes } }) => JSON.stringify([flags, choices, completes]));
    assert.equal(new Set(kinds).size, 1, [...new Set(kinds)].join('\n'));
  }
});

test('A letter means one option for all verbs, but for those by which other programs are known.', () => {
  // run has the letters of unshare(1), and enter -n that of the program ns_run of the articles on setns(2).
  const known = new Set(['run --net', 'enter --namespace']);
  const longOf = new Map<string, string>();
  for (const { verb, short, long } of all) {
    if (short === undefined || known.delete(`${verb} ${long}`)) continue;
    assert.equal(longOf.get(short) ?? long, long, `${verb} ${short}`);
    longOf.set(short, long);
  }
  assert.equal(known.size, 0, [...known].join(', '));
  assert.ok(longOf.size > 10);
  for (const [letter, long] of Object.entries({
    t: 'type',
    w: 'wide',
    j: 'json',
    a: 'all',
    n: 'no-header',
    o: 'columns',
  }))
    assert.equal(longOf.get(`-${letter}`), `--${long}`);
});
