// Worlds of random steps, held against the truth from every vantage: nothing is lost, and nothing is false. run.ts makes others.
import assert from 'node:assert/strict';
import { release } from 'node:os';
import { test } from 'node:test';
import { bedNeeds } from '../bed/bed.ts';
import { missing } from '../tiers.ts';
import { Fuzz } from './fuzz.ts';
import { parseSteps } from './world.ts';

const skip = missing({ root: true, ...bedNeeds, commands: ['cc', 'make', 'unshare', 'setpriv'] });

/** Each of these showed a fault once: of nscope, or of the account that the worlds keep. */
const worlds = [
  'w6,1,0 t18,103,0 d36,228,97 i7,250,217 u43,240,167 k210,74,99 w154,32,179 w219,40,21 c122,33,126 k74,123,9 t123,12,185 s15,78,130 b177,39,4 w108,132,213 w211,57,196 w187,255,202 w224,164,73 w238,64,102 u198,122,175',
  'w249,255,255 h44,19,63 s178,125,208 o241,138,215 s234,146,119 b72,109,82 w200,15,4 u80,6,60 p45,38,147 k219,253,210 b127,169,163 w60,255,35 r216,222,90 w69,4,233 w170,3,99 w149,255,164 p34,194,109 c133,76,157 w28,168,245 f14,15,175',
  'w0,255,0 n0,0,0 f46,95,33 k216,147,238 w172,104,42 b160,242,157 s250,80,121 f115,158,155 c138,232,5 w64,2,150 f175,9,36 r216,47,85 d25,69,255 s205,17,230 k150,176,131 f56,161,204 o123,46,205 s227,4,131 f243,114,165 p130,170,120 i173,46,58 f213,231,55 u147,176,117 t160,255,74 k103,205,64',
];

test('Of worlds of many namespaces and holders nscope loses none and says nothing false, whoever asks.', {
  skip,
}, async (t) => {
  const fuzz = new Fuzz();
  try {
    for (const steps of worlds) assert.deepEqual(await fuzz.tryWorld(parseSteps(steps)), [], steps);
    const { cases, kinds } = fuzz.tally;
    t.diagnostic(`Linux ${release()}: ${worlds.length} worlds, ${cases} cases, ${kinds.size} kinds of cases`);
    assert.ok(cases > 200, 'too little was compared');
  } finally {
    await fuzz.end();
  }
});
