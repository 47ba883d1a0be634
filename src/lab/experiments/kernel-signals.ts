import { documents, type Experiment } from '../stage/experiment.ts';

export const kernelSignals: Experiment = {
  name: 'kernel-signals',
  claim:
    'The kernel itself can still signal an init in the usual circumstances: one that has used up its CPU time is killed.',
  source: documents.article,
  async perform(stage) {
    const command = [...stage.runIn('pid'), 'sh', '-c', 'ulimit -t 1; while :; do :; done'];
    const { status } = await stage.try(command);
    stage.expect('the status of the init when its second is over', status ?? 'none', 128 + 9);
  },
};
