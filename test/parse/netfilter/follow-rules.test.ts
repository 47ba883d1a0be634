// Which rules a packet comes to, of plain tables.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followRules } from '../../../src/parse/netfilter/follow-rules.ts';
import {
  exactly,
  type PacketCondition,
  type Rule,
  type RuleTable,
  type Verdict,
} from '../../../src/parse/netfilter/rules.ts';

const tcp = exactly('protocol', 1, 6);
const port = (number: number) => exactly('dport', 2, number);
const from = (link: number) => exactly('in', 16, link);

function rule(verdict: Verdict, conditions: readonly PacketCondition[] = [], others: readonly string[] = []): Rule {
  return [{ conditions, others, verdict }];
}

function to(number: number): Verdict {
  const value = BigInt(number);
  return { kind: 'redirect', to: { address: 'own', port: { first: value, last: value } } };
}

function tableOf(chains: Readonly<Record<string, readonly Rule[]>>): RuleTable {
  const bases = [{ chain: 'base', hook: 'prerouting', priority: 0 }] as const;
  return { name: 'ip nat', by: 'nf_tables', bases, chains: new Map(Object.entries(chains)), conditions: [] };
}

/** "82 if dport 80, not in 1; earlier rules" */
function follow(chains: Readonly<Record<string, readonly Rule[]>>): string[] {
  return followRules([tableOf(chains)]).redirects.map(({ to: end, conditions, others }) => {
    const words = conditions.map(
      ({ field, not, ranges }) => `${not ? 'not ' : ''}${field} ${ranges.map(({ first }) => first).join()}`,
    );
    return `${end.port?.first} if ${[words.join(', '), ...others].join('; ')}`;
  });
}

test('A rule after one that takes the same packets is left out, and one after one that takes some says what is left.', () => {
  const rules = [
    rule(to(1), [tcp, port(80)]),
    rule(to(2), [tcp, port(80)]),
    rule(to(3), [tcp, port(80), from(1)]),
    rule(to(4), [tcp]),
    rule(to(5), [port(81)]),
  ];
  assert.deepEqual(follow({ base: rules }), [
    '1 if protocol 6, dport 80',
    '4 if protocol 6, not dport 80',
    '5 if dport 81, not protocol 6',
  ]);
});

test('What is not understood takes nothing for certain.', () => {
  const rules = [rule(to(1), [tcp, port(80)], ['match statistic']), rule(to(2), [tcp, port(80)])];
  assert.deepEqual(follow({ base: rules }), [
    '1 if protocol 6, dport 80; match statistic',
    '2 if protocol 6, dport 80; earlier rules',
  ]);
});

test('A return leaves its chain alone, an accept the whole; what is after them is asked only of the others.', () => {
  const chains = {
    base: [rule({ kind: 'jump', chain: 'sub' }), rule(to(2), [port(80)])],
    sub: [
      rule({ kind: 'return' }, [from(1)]),
      rule({ kind: 'accept' }, [from(2)]),
      rule(to(1), [port(80)]),
      rule({ kind: 'return' }),
      rule(to(3), [port(90)]),
    ],
  };
  assert.deepEqual(follow(chains), ['1 if dport 80, not in 1, not in 2', '2 if dport 80, not in 2, in 1']);
});

test('A goto does not come back, and a chain that leads to itself is given up.', () => {
  const chains = {
    base: [rule({ kind: 'goto', chain: 'sub' }, [from(1)]), rule(to(2), [port(80)])],
    sub: [rule(to(1), [port(80)])],
  };
  assert.deepEqual(follow(chains), ['1 if in 1, dport 80', '2 if dport 80, not in 1']);
  const round = { base: [rule({ kind: 'jump', chain: 'base' }), rule({ kind: 'jump', chain: 'base' })] };
  assert.equal(followRules([tableOf(round)]).cut, true);
});

test('Conditions that exclude each other lead nowhere.', () => {
  const chains = {
    base: [rule({ kind: 'jump', chain: 'sub' }, [port(80)])],
    sub: [
      rule(to(1), [port(81)]),
      rule(to(2), [{ ...port(80), not: true }]),
      rule(to(3), [{ ...port(81), not: true }]),
    ],
  };
  assert.deepEqual(follow(chains), ['3 if dport 80, not dport 81']);
});
