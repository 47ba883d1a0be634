import { documents, type Experiment } from '../stage/experiment.ts';

export const firstProcess: Experiment = {
  name: 'first-process',
  claim: 'The first process in a new pid namespace has PID 1 there.',
  source: documents.article,
  async perform(stage) {
    const pid = await stage.run([...stage.runIn('pid'), 'sh', '-c', 'echo $$']);
    stage.expect('the PID that the shell has', pid, 1);
  },
};
