// What nscope detect concludes against the truth, in every setting that root and util-linux can make. Other kernels try some of them: see test/kernels.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { missing } from '../../tiers.ts';
import { observe } from './observe.ts';
import { settings } from './settings.ts';

const asker = fileURLToPath(new URL('./ask.js', import.meta.url));
const skip = missing({ root: true, commands: ['unshare', 'setpriv', 'setarch', 'mount', 'sh'] });

const inGuest = process.env['NSCOPE_GUEST'] !== undefined;

for (const setting of settings.filter(({ everyKernel }) => everyKernel || !inGuest)) {
  test(`detect is never wrong in the setting: ${setting.name}.`, { skip }, async () => {
    const observations = await observe(setting, [asker]);
    assert.equal(observations.length, setting.fromOutside ? 3 : 1);
    let compared = 0;
    for (const { setting: name, truth, verdicts, status } of observations) {
      assert.deepEqual(
        verdicts.map(({ type }) => type),
        namespaceTypes,
      );
      for (const judgement of verdicts) {
        const { type, verdict, certainty } = judgement;
        assert.equal(judgement.contradiction, false, `${name}: ${JSON.stringify(judgement)}`);
        assert.equal(certainty === null, verdict === 'cannot tell');
        if (verdict === 'cannot tell') continue;
        // The init of a host is in the boot's own, wherever this is tried.
        const told = verdict === "host's" ? 'initial' : verdict;
        assert.equal(told, truth[type], `${name}: ${JSON.stringify(judgement)}`);
        compared++;
      }
      assert.equal(status, 0, name);
    }
    // Where least can be read, one type is told: that of the mounts, or of the user. Without /proc it takes a newer kernel.
    const nothingToRead = setting.name === '/proc not mounted' && !isLinuxSince(6, 11);
    assert.ok(compared > 0 || nothingToRead, 'nothing was told of any type');
  });
}
