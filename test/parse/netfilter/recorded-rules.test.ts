// Rules as the kernel dumped them, and which packets they send elsewhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { describeRedirects } from '../../../src/conditions/networks/describe-redirects.ts';
import { followRules } from '../../../src/parse/netfilter/follow-rules.ts';
import { parseChains, parseElements, parseRules, parseSets } from '../../../src/parse/netfilter/nft-messages.ts';
import { buildSet } from '../../../src/parse/netfilter/nft-sets.ts';
import { buildNftTable, listNatTables } from '../../../src/parse/netfilter/nft-tables.ts';
import type { RuleTable } from '../../../src/parse/netfilter/rules.ts';
import { readXtTarget } from '../../../src/parse/netfilter/xt-extensions.ts';
import { parseXtables } from '../../../src/parse/netfilter/xtables.ts';
import { MalformedError } from '../../../src/parse/text/malformed.ts';
import { describeConditions, describeDestination, describeTaken } from '../../../src/render/wiring/redirect-words.ts';
import { recorded } from './recorded.ts';

function unpack(text: string): Uint8Array {
  return gunzipSync(Buffer.from(text, 'base64'));
}

const chains = parseChains(unpack(recorded.chains)).records;

function readTable(name: string): RuleTable {
  const found = recorded.tables.find(({ family, table }) => `${family} ${table}` === name);
  assert.ok(found, name);
  const elements: Readonly<Record<string, string>> = found.elements;
  const sets = parseSets(unpack(found.sets)).records.map((set) =>
    buildSet(set, parseElements(unpack(elements[set.name] ?? '')).records),
  );
  const rules = parseRules(unpack(found.rules)).records;
  return buildNftTable(found, chains, rules, new Map(sets.map((set) => [set.name, set])));
}

/** "tcp own:8080 -> 172.17.0.2:80 if not from link docker0" */
function describe(...tables: readonly RuleTable[]): string[] {
  const { list, cut } = describeRedirects(followRules(tables));
  assert.equal(cut, undefined);
  return list.map((redirect) => {
    const conditions = describeConditions(redirect).join('; ');
    return `${describeTaken(redirect)} -> ${describeDestination(redirect)}${conditions === '' ? '' : ` if ${conditions}`}`;
  });
}

test('Tables with chains that can change a destination are found.', () => {
  assert.deepEqual(
    listNatTables(chains).map(({ family, table }) => `${family} ${table}`),
    ['2 nat', '10 nat', '1 t'],
  );
});

/**
 * iptables-nft -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER; in DOCKER:
 * -i docker0 -j RETURN
 * ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
 * -d 127.0.0.1/32 -p udp --dport 53:55 -m statistic --mode random --probability 0.5 -j REDIRECT --to-ports 5300
 * -d 10.0.0.0/12 -p tcp -m multiport --dports 1,2,10:20 -m comment --comment hi -j DNAT --to 10.1.1.1-10.1.1.5:80-90
 */
test('What iptables-nft wrote is read with its conditions, and a match that is not understood is named.', () => {
  assert.deepEqual(describe(readTable('2 nat')), [
    'tcp own:8080 -> 172.17.0.2:80 if not from link docker0',
    'udp 127.0.0.1:53-55 -> own:5300 if to an own address; not from link docker0; other conditions: match statistic',
    'tcp 10.0.0.0/12:1,2,10-20 -> 10.1.1.1-10.1.1.5:80-90 if to an own address; not from link docker0',
  ]);
  assert.deepEqual(describe(readTable('10 nat')), ['tcp [fd00::1]:80 -> [fd00::2]:8080']);
});

/**
 * In a base chain of type nat at prerouting:
 * ip daddr . meta l4proto . th dport vmap { 10.96.0.1 . tcp . 443 : goto svc }, where svc has numgen random mod 2 vmap
 * ip daddr 10.0.0.0/24 tcp dport { 22, 23 } dnat ip to 10.9.9.9
 * dnat ip addr . port to tcp dport map { 80 : 10.0.0.1 . 8080, 81 : 10.0.0.2 . 90 }
 * dnat ip to tcp dport map { 100-200 : 10.0.0.9 }
 * iifname "eth*" ip saddr != 1.2.3.4 udp dport 1-5 redirect to :9
 * ip6 daddr fd00::/64 tcp dport 5 dnat ip6 to [fd00::9]:6
 * fib daddr type local tcp dport != 9 dnat ip to 1.1.1.1
 * dnat ip prefix to ip daddr map { 10.8.0.0/16 : 10.9.0.0/16 }
 */
test('Statements of nft are read: maps, verdict maps, ranges, prefixes; and what earlier rules take.', () => {
  assert.deepEqual(describe(readTable('1 t')), [
    'tcp 10.96.0.1:443 -> 10.244.0.2:8443 if other conditions: numgen',
    'tcp 10.96.0.1:443 -> 10.244.0.1:8443 if other conditions: numgen',
    'tcp 10.0.0.0/24:22,23 -> 10.9.9.9',
    'tcp any:80 -> 10.0.0.1:8080',
    'tcp any:81 -> 10.0.0.2:90',
    'tcp any:100-200 -> 10.0.0.9',
    'udp any:1-5 -> own:9 if not from 1.2.3.4; from link eth*',
    'tcp [fd00::/64]:5 -> [fd00::9]:6',
    'tcp own -> 1.1.1.1 if not to port 9; not to port 100-200; not to port 80; not to port 81; other conditions: earlier rules',
    'all 10.8.0.0/16 -> 10.9.0.0/16 if other conditions: earlier rules',
  ]);
});

/**
 * iptables-legacy -t nat -A PREROUTING -d 1.2.3.0/24 -i eth+ -p tcp -m tcp --dport 99 -j DNAT --to-destination 9.9.9.9:90
 * -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -g FOO
 * -A FOO -p udp -m udp --dport 53 -j REDIRECT --to-ports 5353
 */
test('Tables of ip_tables are read, of both families.', () => {
  assert.deepEqual(describe(parseXtables(unpack(recorded.four), 4)), [
    'tcp 1.2.3.0/24:99 -> 9.9.9.9:90 if from link eth*',
    'udp own:53 -> own:5353 if sent from there; not to 127.0.0.0/8',
  ]);
  assert.deepEqual(describe(parseXtables(unpack(recorded.six), 6)), ['tcp [fd00::5]:80 -> [fd00::2]:8080']);
});

test('Tables of both kinds have one order; what the first may take is said of the other.', () => {
  const legacy = parseXtables(unpack(recorded.four), 4);
  assert.deepEqual(describe(readTable('1 t'), legacy).slice(-2), [
    'tcp 1.2.3.0/24:99 -> 9.9.9.9:90 if from link eth*; other conditions: earlier rules',
    'udp own:53 -> own:5353 if sent from there; not to 127.0.0.0/8',
  ]);
});

test('Of a table that is cut or changed at any byte, rules are read or the fault is named.', () => {
  const whole = unpack(recorded.four);
  let malformed = 0;
  const read = (bytes: Uint8Array) => {
    try {
      followRules([parseXtables(bytes, 4)]);
    } catch (error) {
      assert.ok(error instanceof MalformedError, String(error));
      malformed++;
    }
  };
  for (let size = 0; size < whole.length; size++) read(whole.subarray(0, size));
  for (let at = 0; at < whole.length; at++) read(whole.with(at, (whole[at] ?? 0) ^ 0xff));
  assert.ok(malformed > whole.length / 2);
  const found = recorded.tables.find(({ table }) => table === 't');
  const rules = unpack(found?.rules ?? '');
  malformed = 0;
  for (let at = 0; at < rules.length; at++)
    try {
      const changed = parseRules(rules.with(at, (rules[at] ?? 0) ^ 0xff)).records;
      followRules([buildNftTable({ family: 1, table: 't' }, chains, changed, new Map())]);
    } catch (error) {
      assert.ok(error instanceof MalformedError, String(error));
      malformed++;
    }
  assert.ok(malformed > 100);
});

test('What iptables gives to a queue comes to no later rule; after a target that is not known, the next rule is asked.', () => {
  const read = (name: string) => readXtTarget({ name, revision: 0, info: new Uint8Array(4), family: 2 });
  assert.deepEqual([read('NFQUEUE'), read('LOG')], [{ kind: 'accept' }, undefined]);
});
