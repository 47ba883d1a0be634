// How the tests carry experiments out: with the nscope of this build.

import type { StageOptions } from '../../src/lab/stage/stage.ts';
import { main } from '../cli/run-nscope.ts';
import type { Sabotage } from './sabotage.ts';

export function makeStageOptions(sabotage: Sabotage = (words) => words, patienceMs = 60_000): StageOptions {
  return {
    resolve: (words) =>
      sabotage(words).flatMap((word) => {
        if (word === 'nscope') return [process.execPath, main];
        return word === 'node' ? [process.execPath] : [word];
      }),
    privileged: process.geteuid?.() === 0,
    directory: '/mnt',
    patienceMs,
  };
}
