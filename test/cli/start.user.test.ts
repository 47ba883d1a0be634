// What a listing loads before it answers: each module of Node takes milliseconds, of which every call would have some.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { main, runNscope } from './run-nscope.ts';

/** Says at the end which modules of Node were loaded; what the loader of ES modules itself loads is among them. */
const recorder = `data:text/javascript,process.on('exit',()=>process._rawDebug(process.moduleLoadList.join()))`;

/** Those that a listing could do without, and once did not. */
const needless = ['child_process', 'crypto', 'worker_threads'];
/** With these it asks engines that run for the names of their containers. */
const forEngines = ['perf_hooks', 'http', 'net'];

for (const words of [[], ['ls'], ['ls', '--no-bpf']])
  test(`${['nscope', ...words].join(' ')} loads no module of Node that it does not need.`, () => {
    const { stderr } = spawnSync(process.execPath, ['--import', recorder, main, ...words], { encoding: 'utf8' });
    const mayAsk =
      words.length === 0 && /"engine":\s*"(?:docker|podman)"/.test(runNscope(['workloads', '--json']).stdout);
    const loaded = /^.*\bNativeModule fs\b.*$/m.exec(stderr)?.[0].split(',') ?? assert.fail(stderr);
    assert.deepEqual(
      [...needless, ...(mayAsk ? [] : forEngines)].filter((name) => loaded.includes(`NativeModule ${name}`)),
      [],
    );
  });
