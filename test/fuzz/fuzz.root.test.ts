// Random combinations of namespaces, holders and what befalls them, from every vantage: nothing is lost, and nothing is false.
import assert from 'node:assert/strict';
import { release } from 'node:os';
import { test } from 'node:test';
import { bedNeeds } from '../bed/bed.ts';
import { missing } from '../tiers.ts';
import { Fuzz } from './fuzz.ts';

const skip = missing({ root: true, ...bedNeeds, commands: ['cc', 'make', 'unshare', 'setpriv'] });

const timeMs = 60_000;
/** Always the same worlds, so that what fails fails again; run.ts makes others. */
const seed = 2026;

test('Of random worlds nscope loses no namespace and says nothing false, whoever asks.', { skip }, async (t) => {
  const fuzz = new Fuzz();
  try {
    await fuzz.run({ seed, timeMs, worlds: 10_000 });
    const { worlds, cases, kinds } = fuzz.tally;
    t.diagnostic(`Linux ${release()}: ${worlds} worlds, ${cases} cases, ${kinds.size} kinds of cases`);
    assert.ok(worlds > 0 && cases > 0, 'nothing was compared');
  } finally {
    await fuzz.end();
  }
});
