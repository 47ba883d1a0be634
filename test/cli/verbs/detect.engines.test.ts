// nscope detect inside containers of real engines, against the truth from outside. Prints how often each method was right.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isInChild } from '../../../src/analysis/detect/judge.ts';
import { formatScores, formatVerdicts, isRight } from '../../analysis/detect/rightness.ts';
import { type JudgedObservation, observe } from '../../kernel/detect/observe.ts';
import type { Setting } from '../../kernel/detect/settings.ts';
import { missing } from '../../tiers.ts';
import { type Engines, prepareEngines } from './detect-engines.ts';

const skip = missing({
  root: true,
  commands: ['podman', 'runc', 'lxc-execute', 'systemd-nspawn', 'bwrap', 'setpriv'],
});

let engines: Engines | undefined;
const seen: JudgedObservation[] = [];
before(() => {
  if (!skip) engines = prepareEngines();
});
after(() => {
  engines?.remove();
  if (seen.length === 0) return;
  const lines = ['', ...formatVerdicts(seen), '', ...formatScores(new Map([['engines', seen]])), ''];
  process.stdout.write(lines.join('\n'));
});

async function look(setting: Setting): Promise<void> {
  const observations = await observe(setting);
  assert.ok(observations.length > 0);
  seen.push(...observations);
  for (const { setting: name, truth, verdicts, status } of observations) {
    assert.equal(verdicts.length, 8);
    for (const judgement of verdicts) {
      const { type, verdict, contradiction } = judgement;
      assert.equal(contradiction, false, `${name}: ${JSON.stringify(judgement)}`);
      if (verdict === 'initial' || verdict === 'child')
        assert.equal(verdict, truth[type], `${name}: ${JSON.stringify(judgement)}`);
      for (const { method, concludes, weight } of judgement.findings)
        if (weight === 'proof') assert.ok(isRight(concludes, truth[type]), `${name}: ${method} of ${type}`);
    }
    const inChild = isInChild(verdicts);
    assert.equal(status, inChild === undefined ? 3 : inChild ? 0 : 1);
  }
}

test('detect is never wrong in containers of engines, and there it can tell of itself for each type.', {
  skip,
}, async (t) => {
  for (const setting of engines?.settings ?? []) await t.test(setting.name, () => look(setting));
  const inside = seen.filter(({ evidence }) => evidence.subject.self);
  assert.ok(inside.length >= 10);
  assert.deepEqual(
    inside.flatMap(({ setting, verdicts }) =>
      verdicts.filter(({ verdict }) => verdict === 'cannot tell').map(({ type }) => `${setting}: ${type}`),
    ),
    [],
  );
});

test('detect tells from outside that a container is in child namespaces, also to an ordinary user.', { skip }, () => {
  const outside = seen.filter(({ evidence }) => !evidence.subject.self);
  assert.ok(outside.length >= 4);
  for (const { setting, status } of outside) assert.equal(status, 0, setting);
});
