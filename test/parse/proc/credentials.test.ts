import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCredentials } from '../../../src/parse/proc/credentials.ts';
import { assertMalformed } from '../text/malformed-as.ts';

const status = `Name:\tsh
Uid:\t1000\t0\t0\t0
CapInh:\t0000000000000000
CapPrm:\t000001ffffffffff
CapEff:\t0000000000002100
CapBnd:\t000001fffeffffff
CapAmb:\t0000000000000000
NoNewPrivs:\t1
Seccomp:\t2
Seccomp_filters:\t3
`;

test('Uids, capability sets and seccomp are read from status.', () => {
  assert.deepEqual(parseCredentials(status), {
    uids: [1000, 0, 0, 0],
    capabilities: {
      inheritable: '0000000000000000',
      permitted: '000001ffffffffff',
      effective: '0000000000002100',
      bounding: '000001fffeffffff',
      ambient: '0000000000000000',
    },
    noNewPrivs: true,
    seccomp: 2,
    seccompFilters: 3,
  });
});

test('What older kernels do not show is left out.', () => {
  const old = status.replace(/^(?:CapAmb|NoNewPrivs|Seccomp).*\n/gm, '');
  const { capabilities, noNewPrivs, seccomp, seccompFilters } = parseCredentials(old);
  assert.deepEqual([capabilities.ambient, noNewPrivs, seccomp, seccompFilters], ['0', undefined, undefined, undefined]);
});

test('A status without its credentials is malformed.', () => {
  assertMalformed(() => parseCredentials(status.replace('000001ffffffffff', 'all')), '/proc/PID/status', 4, 'CapPrm');
  assertMalformed(() => parseCredentials(status.replace('\t0\t0\t0\n', '\n')), '/proc/PID/status', 2, 'Uid');
});
